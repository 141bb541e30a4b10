-- Verify fleet_transfers.
SELECT id, transfer_no, bicycle_id, from_branch_id, to_branch_id, status, cost_breakdown FROM fleet.transfers WHERE false;
SELECT 1 / (fleet.breakdown_total('{"fuel": "1.50", "other": "2.25"}') = 3.75)::int;
