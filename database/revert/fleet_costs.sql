-- Revert fleet_costs.
BEGIN;
DROP TABLE fleet.cost_ledger;
DROP FUNCTION fleet.check_reversal();
DROP TABLE fleet.repair_job_lines;
DROP TABLE fleet.repair_jobs;
DROP TABLE fleet.expenses;
COMMIT;
