-- Verify fleet_audit_chain: the tables exist, the chain is append-only by privilege, and every audit row is accounted for.
SELECT position, audit_id, row_hash, chain_hash FROM fleet.audit_chain WHERE false;
SELECT seq, audit_id FROM fleet.audit_unsealed WHERE false;
SELECT 1 / (NOT has_table_privilege(r, 'fleet.audit_chain', 'UPDATE')
            AND NOT has_table_privilege(r, 'fleet.audit_chain', 'DELETE')
            AND NOT has_table_privilege(r, 'fleet.audit_chain', 'TRUNCATE')
            AND NOT has_table_privilege(r, 'fleet.audit_unsealed', 'INSERT')
            AND NOT has_table_privilege(r, 'fleet.audit_unsealed', 'UPDATE'))::int
FROM unnest(ARRAY['loan_manager_auth', 'loan_manager_fleet', 'loan_manager_lifecycle']) AS r;
SELECT 1 / (count(*) = 1)::int FROM pg_trigger
WHERE tgrelid = 'fleet.audit_log'::regclass AND tgname = 'audit_log_queue_for_sealing' AND tgenabled = 'O';
