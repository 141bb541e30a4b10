-- Revert fleet_bicycles.
BEGIN;
ALTER TABLE fleet.bicycles DROP CONSTRAINT bicycles_current_number_fkey;
DROP TABLE fleet.stock_numbers;
DROP TABLE fleet.bicycles;
COMMIT;
