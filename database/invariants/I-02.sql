-- I-02 The open number is the bike's current one, at its branch and company
SELECT b.id FROM bicycles b JOIN branches r ON r.id=b.current_branch_id
  LEFT JOIN stock_numbers s ON s.bicycle_id=b.id AND s.released_at IS NULL
  WHERE b.current_stock_number IS DISTINCT FROM s.full_number OR s.branch_id<>b.current_branch_id
  OR b.company_id<>r.company_id;
