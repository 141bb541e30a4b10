-- Verify loan_manager:lifecycle_views on pg

BEGIN;

-- The views may be empty still, and reading an unfilled view is an error: look at the catalogue instead.
SELECT 1 / (count(*) = 2)::int FROM pg_matviews
WHERE schemaname = 'lifecycle' AND matviewowner = 'loan_manager_lifecycle'
  AND matviewname IN ('bike_cost_summary', 'branch_stock_summary');

SELECT 1 / (array_agg(attname::text ORDER BY attnum) = ARRAY[
    'bicycle_id', 'stock_number', 'license_plate', 'brand', 'model', 'year', 'status', 'company_id', 'branch_id',
    'acquisition_company_id', 'acquisition_branch_id', 'procurement_date', 'procurement_source', 'purchase_price',
    'purchase_total', 'expense_total', 'repair_total', 'transfer_total', 'total_cost', 'after_sale_total', 'sale_id',
    'sale_date', 'payment_method', 'sold_by', 'selling_price', 'profit', 'margin_pct', 'markup_pct'])::int
FROM pg_attribute WHERE attrelid = 'lifecycle.bike_cost_summary'::regclass AND attnum > 0 AND NOT attisdropped;

SELECT 1 / (array_agg(attname::text ORDER BY attnum) = ARRAY[
    'branch_id', 'status', 'procurement_date', 'company_id', 'bikes', 'purchase_value', 'cost_value'])::int
FROM pg_attribute WHERE attrelid = 'lifecycle.branch_stock_summary'::regclass AND attnum > 0 AND NOT attisdropped;

ROLLBACK;
