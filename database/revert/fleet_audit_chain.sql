-- Revert fleet_audit_chain.
BEGIN;
DROP TRIGGER audit_log_queue_for_sealing ON fleet.audit_log;
DROP FUNCTION fleet.queue_for_sealing();
DROP TABLE fleet.audit_unsealed;
DROP TABLE fleet.audit_chain;
COMMIT;
