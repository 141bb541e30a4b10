-- Verify fleet_sales.
SELECT id, bicycle_id, status, invoice_no, selling_price, profit, margin_pct FROM fleet.sales WHERE false;
SELECT id, company_id, base, pool_rate, effective_from, effective_to FROM fleet.commission_rules WHERE false;
SELECT id, sale_id, kind, amount, status, reverses_id FROM fleet.commissions WHERE false;
SELECT user_id, bicycle_id, since, prices FROM fleet.price_questions WHERE false;
SELECT 1 / (count(*) = 1)::int FROM pg_catalog.pg_constraint
WHERE conname = 'commission_rules_overlap_excl' AND contype = 'x';
