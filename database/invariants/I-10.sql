-- I-10 One open transfer per bike at most
SELECT bicycle_id FROM transfers WHERE status IN ('PENDING','APPROVED','IN_TRANSIT') GROUP BY 1 HAVING count(*)>1;
