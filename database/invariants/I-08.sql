-- I-08 Reversals mirror one original
SELECT r.id FROM cost_ledger r LEFT JOIN cost_ledger o ON o.id=r.reverses_id
  WHERE (r.reverses_id IS NULL)<>(r.amount>0) OR (r.reverses_id IS NOT NULL AND (o.id IS NULL
  OR o.reverses_id IS NOT NULL OR r.amount<>-o.amount OR r.bicycle_id<>o.bicycle_id OR r.entry_type<>o.entry_type
  OR r.post_sale<>o.post_sale));
