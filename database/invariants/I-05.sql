-- I-05 Number history is a chain per bike
SELECT s.id FROM stock_numbers s LEFT JOIN stock_numbers p ON p.id=s.previous_id
  WHERE (s.assign_reason='TRANSFER_IN')<>(p.id IS NOT NULL) OR (p.id IS NOT NULL AND (p.bicycle_id<>s.bicycle_id
  OR p.released_at IS NULL OR p.released_at>s.assigned_at));
