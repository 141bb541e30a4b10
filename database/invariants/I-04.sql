-- I-04 Every branch has a counter, never behind its numbers
SELECT r.id FROM branches r LEFT JOIN stock_counters c ON c.branch_id=r.id WHERE c.branch_id IS NULL
  OR c.last_number < (SELECT coalesce(max(running_number),0) FROM stock_numbers s WHERE s.branch_id=r.id);
