-- I-25 Trade-in links agree both ways
SELECT s.id, b.id FROM sales s FULL JOIN bicycles b ON b.trade_in_sale_id=s.id
  WHERE (s.trade_in_bicycle_id IS NOT NULL OR b.trade_in_sale_id IS NOT NULL)
  AND (s.trade_in_bicycle_id IS DISTINCT FROM b.id OR s.trade_in_value<>b.purchase_price OR s.bicycle_id=b.id
  OR (s.status='VOIDED')<>(b.write_off_kind IS NOT DISTINCT FROM 'TRADE_IN_RETURNED'));
