-- Revert fleet_sales.
BEGIN;
DROP TABLE fleet.price_questions;
DROP TABLE fleet.commissions;
DROP TABLE fleet.commission_rules;
ALTER TABLE fleet.bicycles DROP CONSTRAINT bicycles_trade_in_sale_fkey, DROP CONSTRAINT bicycles_sale_fkey;
DROP TABLE fleet.sales;
COMMIT;
