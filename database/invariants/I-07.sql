-- I-07 Each fact has exactly one unreversed entry of its amount
WITH live AS (SELECT l.source_table t, l.source_id id, sum(l.amount) amount, count(*) n FROM cost_ledger l
  WHERE l.reverses_id IS NULL AND l.source_table IN ('expenses','repair_jobs','transfers','sales')
  AND NOT EXISTS (SELECT 1 FROM cost_ledger r WHERE r.reverses_id=l.id)
  GROUP BY 1,2), src AS (SELECT 'expenses' t, id, amount FROM expenses WHERE voided_at IS NULL
  UNION ALL SELECT 'repair_jobs', id, total_cost FROM repair_jobs WHERE status='COMPLETED'
  AND category<>'CUSTOMER_REPAIR' AND total_cost>0 UNION ALL SELECT 'transfers', id, transfer_cost FROM transfers
  WHERE status='COMPLETED' AND transfer_cost>0 UNION ALL SELECT 'sales', id, selling_price FROM sales
  WHERE status<>'VOIDED') SELECT t, id FROM src FULL JOIN live USING (t,id) WHERE src.amount IS DISTINCT
  FROM live.amount OR live.n>1;
