-- I-24 Job totals equal lines; states carry their times
SELECT j.id FROM repair_jobs j LEFT JOIN repair_job_lines l ON l.job_id=j.id GROUP BY j.id
  HAVING j.total_cost<>coalesce(sum(l.cost),0) OR j.total_price<>coalesce(sum(l.price),0)
  OR j.total_cost<>j.parts_cost+j.labour_cost+j.overhead_cost OR bool_or(l.cost<>round(l.quantity*l.unit_cost,2))
  OR (j.status IN ('COMPLETED','INVOICED'))<>(j.completed_at IS NOT NULL)
  OR (j.status='CANCELLED')<>(j.cancelled_at IS NOT NULL) OR (j.status='INVOICED'
  AND j.category<>'CUSTOMER_REPAIR');
