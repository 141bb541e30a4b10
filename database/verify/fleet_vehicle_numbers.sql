-- Verify fleet_vehicle_numbers.
SELECT bicycle_id, stock_number, field, stored, rightful, other_bicycle_id FROM fleet.vehicle_number_collisions WHERE false;
SELECT 1 / (fleet.normal_plate('wpcab1234') = 'WP-CAB-1234' AND fleet.plate_key('WP-CAB-1234') = 'CAB-1234'
            AND NOT fleet.is_unusual_plate_key('CAB-1234') AND fleet.normal_plate('n/a') IS NULL
            AND fleet.normal_vehicle_number('md2-a11 cz845779') = 'MD2A11CZ845779')::int;
SELECT 1 / (search_text IS NOT NULL)::int FROM fleet.bicycles LIMIT 1;
