-- Revert fleet_transfers.
BEGIN;
ALTER TABLE fleet.stock_numbers DROP CONSTRAINT stock_numbers_transfer_fkey;
DROP TABLE fleet.transfers;
DROP FUNCTION fleet.breakdown_total(jsonb);
COMMIT;
