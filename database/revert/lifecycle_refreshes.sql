-- Revert loan_manager:lifecycle_refreshes from pg

BEGIN;

DROP TABLE lifecycle.view_refreshes;

COMMIT;
