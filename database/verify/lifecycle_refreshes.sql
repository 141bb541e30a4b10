-- Verify loan_manager:lifecycle_refreshes on pg

BEGIN;

SELECT id, view_name, trigger, requested_by, status, started_at, finished_at, rows, duration_ms, covers_seq, error
FROM lifecycle.view_refreshes
WHERE false;

SELECT 1 / has_table_privilege('loan_manager_lifecycle', 'lifecycle.view_refreshes', 'INSERT')::int;

ROLLBACK;
