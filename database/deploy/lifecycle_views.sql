-- Deploy loan_manager:lifecycle_views to pg
-- The materialized views of D-1001. They are created empty: the refresher's first fill is a plain one, every later
-- refresh is CONCURRENTLY and needs the unique index. Only their owner may refresh them.

BEGIN;

GRANT USAGE ON SCHEMA fleet TO loan_manager_lifecycle;
GRANT SELECT ON fleet.bicycles, fleet.sales, fleet.companies, fleet.branches TO loan_manager_lifecycle;
GRANT CREATE, USAGE ON SCHEMA lifecycle TO loan_manager_lifecycle;
-- REFRESH … CONCURRENTLY collects the differences in a temporary table.
DO $$
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO loan_manager_lifecycle', current_database());
END
$$;

CREATE MATERIALIZED VIEW lifecycle.bike_cost_summary AS
SELECT b.id AS bicycle_id,
       coalesce(b.current_stock_number, s.stock_number_at_sale) AS stock_number,
       b.license_plate,
       b.brand,
       b.model,
       b.year,
       b.status,
       b.company_id,
       b.current_branch_id AS branch_id,
       b.acquisition_company_id,
       b.acquisition_branch_id,
       b.procurement_date,
       b.procurement_source,
       b.purchase_price,
       b.purchase_total,
       b.expense_total,
       b.repair_total,
       b.transfer_total,
       b.total_cost,
       b.after_sale_total,
       s.id AS sale_id,
       s.sale_date,
       s.payment_method,
       s.sold_by,
       s.selling_price,
       CASE WHEN b.status = 'WRITTEN_OFF' THEN -b.total_cost ELSE s.profit END AS profit,
       s.margin_pct,
       s.markup_pct
FROM fleet.bicycles b
LEFT JOIN fleet.sales s ON s.bicycle_id = b.id AND s.status <> 'VOIDED'
WITH NO DATA;

CREATE UNIQUE INDEX bike_cost_summary_key ON lifecycle.bike_cost_summary (bicycle_id);
-- Order and keyset of the cost-summary report, over all branches and within one.
CREATE INDEX bike_cost_summary_received ON lifecycle.bike_cost_summary (procurement_date, bicycle_id);
CREATE INDEX bike_cost_summary_branch ON lifecycle.bike_cost_summary (branch_id, procurement_date, bicycle_id);
COMMENT ON MATERIALIZED VIEW lifecycle.bike_cost_summary IS 'Cost and profit of each bike';

CREATE MATERIALIZED VIEW lifecycle.branch_stock_summary AS
SELECT b.current_branch_id AS branch_id,
       b.status,
       b.procurement_date,
       b.company_id,
       count(*)::integer AS bikes,
       sum(b.purchase_total) AS purchase_value,
       sum(b.total_cost) AS cost_value
FROM fleet.bicycles b
GROUP BY b.current_branch_id, b.status, b.procurement_date, b.company_id
WITH NO DATA;

CREATE UNIQUE INDEX branch_stock_summary_key
    ON lifecycle.branch_stock_summary (branch_id, status, procurement_date);
COMMENT ON MATERIALIZED VIEW lifecycle.branch_stock_summary IS
    'Bikes and their value by current branch, status and day of procurement';

ALTER MATERIALIZED VIEW lifecycle.bike_cost_summary OWNER TO loan_manager_lifecycle;
ALTER MATERIALIZED VIEW lifecycle.branch_stock_summary OWNER TO loan_manager_lifecycle;

COMMIT;
