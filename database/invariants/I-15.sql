-- I-15 Sold means exactly one non-voided sale
SELECT b.id FROM bicycles b LEFT JOIN sales s ON s.bicycle_id=b.id AND s.status<>'VOIDED' GROUP BY b.id
  HAVING count(s.id)<>(b.status='SOLD')::int OR max(s.id::text) IS DISTINCT FROM b.sale_id::text;
