-- Verify roles: pg_has_role raises an error for a role that does not exist.
SELECT pg_has_role('loan_manager_auth', 'USAGE'),
       pg_has_role('loan_manager_fleet', 'USAGE'),
       pg_has_role('loan_manager_lifecycle', 'USAGE');
