-- I-23 An open job fits its bike
SELECT j.id FROM repair_jobs j JOIN bicycles b ON b.id=j.bicycle_id WHERE j.status IN ('OPEN','IN_PROGRESS')
  AND CASE WHEN j.category IN ('PRE_SALE_PREP','MAINTENANCE') THEN b.status<>'MAINTENANCE'
  OR b.current_branch_id<>j.branch_id ELSE b.status<>'SOLD' END;
