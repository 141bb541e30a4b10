-- I-03 Number text matches its parts
SELECT s.id FROM stock_numbers s JOIN branches r ON r.id=s.branch_id JOIN companies c ON c.id=s.company_id
  WHERE r.company_id<>s.company_id
  OR s.full_number<>format('%s/%s/ST/%s',c.code,r.code,lpad(s.running_number::text,greatest(4,length(s.running_number::text)),'0'));
