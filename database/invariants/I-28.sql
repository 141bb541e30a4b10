-- I-28 A view that covers the last change equals its base
SELECT b.id, v.bicycle_id FROM bicycles b FULL JOIN bike_cost_summary v ON v.bicycle_id=b.id WHERE (b.id IS NULL
  OR v.bicycle_id IS NULL OR v.total_cost<>b.total_cost OR v.status<>b.status OR v.branch_id<>b.current_branch_id)
  AND (SELECT max(covers_seq) FROM view_refreshes WHERE view_name='bike_cost_summary'
  AND status='OK')=(SELECT max(seq) FROM outbox);
