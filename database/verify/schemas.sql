-- Verify schemas: every call raises an error when its object is missing; a false answer divides by zero.
SELECT 1 / (has_schema_privilege('loan_manager_auth', 'auth', 'USAGE')
            AND has_schema_privilege('loan_manager_fleet', 'fleet', 'USAGE')
            AND has_schema_privilege('loan_manager_lifecycle', 'lifecycle', 'CREATE'))::int;
SELECT 1 / (count(*) = 2)::int FROM pg_catalog.pg_extension WHERE extname IN ('pg_trgm', 'btree_gist');
SELECT 1 / (count(*) = 1)::int
FROM pg_catalog.pg_db_role_setting s JOIN pg_catalog.pg_database d ON d.oid = s.setdatabase
WHERE d.datname = current_database() AND s.setrole = 0
  AND 'search_path=fleet, auth, lifecycle, public' = ANY (s.setconfig);
