-- Verify fleet_bicycles.
SELECT id, status, current_branch_id, current_stock_number, purchase_total, total_cost, search_text, version
FROM fleet.bicycles WHERE false;
SELECT id, bicycle_id, running_number, full_number, released_at, previous_id FROM fleet.stock_numbers WHERE false;
SELECT 1 / (count(*) = 4)::int FROM pg_catalog.pg_indexes
WHERE schemaname = 'fleet' AND indexname IN ('bicycles_live_plate_key', 'bicycles_live_frame_key',
                                             'bicycles_live_engine_key', 'stock_numbers_open_key');
