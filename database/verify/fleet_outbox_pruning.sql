-- Verify fleet_outbox_pruning: the mark and the function exist, and nobody can delete an event past them.
SELECT until, last_seq, rows FROM fleet.outbox_pruned WHERE false;
SELECT 1 / (has_function_privilege('loan_manager_fleet', 'fleet.prune_outbox(integer, integer)', 'EXECUTE')
            AND NOT has_function_privilege('loan_manager_auth', 'fleet.prune_outbox(integer, integer)', 'EXECUTE'))::int;
SELECT 1 / (NOT has_table_privilege(r, 'fleet.outbox', 'DELETE')
            AND NOT has_table_privilege(r, 'fleet.outbox', 'UPDATE')
            AND NOT has_table_privilege(r, 'fleet.outbox_pruned', 'UPDATE'))::int
FROM unnest(ARRAY['loan_manager_auth', 'loan_manager_fleet', 'loan_manager_lifecycle']) AS r;
