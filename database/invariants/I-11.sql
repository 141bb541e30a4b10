-- I-11 No sold or written-off bike has an open transfer or stock job
SELECT b.id FROM bicycles b WHERE b.status IN ('SOLD','WRITTEN_OFF') AND (EXISTS (SELECT 1 FROM transfers t
  WHERE t.bicycle_id=b.id AND t.status IN ('PENDING','APPROVED','IN_TRANSIT')) OR EXISTS (SELECT 1
  FROM repair_jobs j WHERE j.bicycle_id=b.id AND j.status IN ('OPEN','IN_PROGRESS')
  AND j.category IN ('PRE_SALE_PREP','MAINTENANCE')));
