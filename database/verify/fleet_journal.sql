-- Verify fleet_journal: the tables exist and history is append-only by privilege.
SELECT id, at, user_id, action, entity_type, entity_id, old, new FROM fleet.audit_log WHERE false;
SELECT seq, at, event_type, entity_id, bicycle_id, payload FROM fleet.outbox WHERE false;
SELECT user_id, key, fingerprint, status, headers, body, expires_at FROM fleet.idempotency_keys WHERE false;
SELECT 1 / (has_table_privilege(r, 'fleet.audit_log', 'INSERT')
            AND NOT has_table_privilege(r, 'fleet.audit_log', 'UPDATE')
            AND NOT has_table_privilege(r, 'fleet.audit_log', 'DELETE')
            AND NOT has_table_privilege(r, 'fleet.audit_log', 'TRUNCATE'))::int
FROM unnest(ARRAY['loan_manager_auth', 'loan_manager_fleet', 'loan_manager_lifecycle']) AS r;
