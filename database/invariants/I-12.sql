-- I-12 A transfer has a destination number exactly when completed
SELECT t.id FROM transfers t LEFT JOIN stock_numbers s ON s.transfer_id=t.id
  WHERE (t.status='COMPLETED')<>(s.id IS NOT NULL) OR s.full_number<>t.to_stock_number
  OR s.branch_id<>t.to_branch_id OR s.bicycle_id<>t.bicycle_id OR s.assign_reason<>'TRANSFER_IN';
