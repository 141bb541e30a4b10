-- I-01 An unsold, unwritten-off bike has exactly one open stock number, any other none
SELECT b.id FROM bicycles b LEFT JOIN stock_numbers s ON s.bicycle_id=b.id AND s.released_at IS NULL
  GROUP BY b.id HAVING count(s.id) <> CASE WHEN b.status IN ('SOLD','WRITTEN_OFF') THEN 0 ELSE 1 END;
