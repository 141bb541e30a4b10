-- Revert fleet_journal.
BEGIN;
DROP TABLE fleet.idempotency_keys;
DROP TABLE fleet.outbox;
DROP TABLE fleet.audit_log;
DROP FUNCTION fleet.refuse_change();
COMMIT;
