-- I-06 Cost projections equal the ledger
WITH l AS (SELECT bicycle_id, sum(amount) FILTER (WHERE NOT post_sale
  AND entry_type='PURCHASE') p, sum(amount) FILTER (WHERE NOT post_sale
  AND entry_type IN ('EXPENSE','OPENING_EXPENSE')) e, sum(amount) FILTER (WHERE NOT post_sale
  AND entry_type IN ('REPAIR','OPENING_REPAIR')) r, sum(amount) FILTER (WHERE NOT post_sale
  AND entry_type='TRANSFER') t, sum(amount) FILTER (WHERE post_sale) a FROM cost_ledger GROUP BY 1) SELECT b.id
  FROM bicycles b LEFT JOIN l ON l.bicycle_id=b.id
  WHERE (b.purchase_total,b.expense_total,b.repair_total,b.transfer_total,b.after_sale_total) IS DISTINCT
  FROM (coalesce(l.p,0),coalesce(l.e,0),coalesce(l.r,0),coalesce(l.t,0),coalesce(l.a,0))
  OR b.total_cost<>b.purchase_total+b.expense_total+b.repair_total+b.transfer_total OR (b.status<>'WRITTEN_OFF'
  AND b.purchase_total<>b.purchase_price);
