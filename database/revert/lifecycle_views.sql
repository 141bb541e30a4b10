-- Revert loan_manager:lifecycle_views from pg

BEGIN;

DROP MATERIALIZED VIEW lifecycle.branch_stock_summary;
DROP MATERIALIZED VIEW lifecycle.bike_cost_summary;
REVOKE CREATE ON SCHEMA lifecycle FROM loan_manager_lifecycle;
REVOKE SELECT ON fleet.bicycles, fleet.sales, fleet.companies, fleet.branches FROM loan_manager_lifecycle;

COMMIT;
