-- I-19 Commissions of a sale stay within the pool
SELECT sale_id FROM commissions WHERE reverses_id IS NULL GROUP BY sale_id HAVING sum(amount)>max(pool_amount)
  OR min(amount)<=0 OR min(pool_amount)<>max(pool_amount)
  OR max(pool_amount)<>round(max(base_amount)*max(pool_rate)/100,2);
