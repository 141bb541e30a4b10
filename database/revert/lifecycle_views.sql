-- Revert loan_manager:lifecycle_views from pg

BEGIN;

DROP MATERIALIZED VIEW lifecycle.branch_stock_summary;
DROP MATERIALIZED VIEW lifecycle.bike_cost_summary;
DO $$
BEGIN
    EXECUTE format('REVOKE TEMPORARY ON DATABASE %I FROM loan_manager_lifecycle', current_database());
END
$$;

COMMIT;
