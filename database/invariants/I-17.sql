-- I-17 A non-voided sale keeps cost, place and dates of its bike
SELECT s.id FROM sales s JOIN bicycles b ON b.id=s.bicycle_id WHERE s.status<>'VOIDED'
  AND (s.total_cost<>b.total_cost OR s.selling_branch_id<>b.current_branch_id
  OR s.selling_company_id<>b.company_id OR s.sale_date<b.procurement_date OR NOT EXISTS (SELECT 1
  FROM stock_numbers n WHERE n.bicycle_id=b.id AND n.full_number=s.stock_number_at_sale
  AND n.release_reason='SOLD'));
