-- I-26 Plates, frames, engines are unique among live bikes
SELECT k, v
  FROM (SELECT id, unnest(ARRAY['plate','frame','engine']) k, unnest(ARRAY[plate_key,frame_number,engine_number]) v
  FROM bicycles WHERE status NOT IN ('SOLD','WRITTEN_OFF')) x WHERE v IS NOT NULL GROUP BY k, v HAVING count(*)>1
UNION ALL
-- Bikes that kept a number of their own form because its rightful form is that of another bike.
SELECT split_part(field, '_', 1), format('%s: %s has it, %s should', rightful, coalesce(other_stock_number, 'nobody'), stock_number)
  FROM vehicle_number_collisions;
