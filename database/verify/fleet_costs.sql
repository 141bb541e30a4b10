-- Verify fleet_costs.
SELECT id, bicycle_id, branch_id, amount, voided_at FROM fleet.expenses WHERE false;
SELECT id, job_no, bicycle_id, category, status, total_cost FROM fleet.repair_jobs WHERE false;
SELECT id, job_id, kind, quantity, unit_cost, cost FROM fleet.repair_job_lines WHERE false;
SELECT id, entry_no, entry_type, amount, reverses_id, source_version FROM fleet.cost_ledger WHERE false;
SELECT 1 / (has_table_privilege('loan_manager_fleet', 'fleet.cost_ledger', 'INSERT')
            AND NOT has_table_privilege('loan_manager_fleet', 'fleet.cost_ledger', 'UPDATE')
            AND NOT has_table_privilege('loan_manager_fleet', 'fleet.cost_ledger', 'DELETE'))::int;
