-- I-09 Bike status agrees with its open transfer
SELECT b.id FROM bicycles b LEFT JOIN transfers t ON t.bicycle_id=b.id
  AND t.status IN ('PENDING','APPROVED','IN_TRANSIT') WHERE (t.id IS NOT NULL)<>(b.status='IN_TRANSIT'
  OR b.allocation_kind IS NOT DISTINCT FROM 'TRANSFER') OR (t.status='IN_TRANSIT')<>(b.status='IN_TRANSIT')
  OR (t.id IS NULL)<>(b.status_before IS NULL) OR t.from_branch_id<>b.current_branch_id
  OR t.from_stock_number<>b.current_stock_number;
