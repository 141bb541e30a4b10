-- Revert schemas. Refuses (no CASCADE) while anything still lives in them.
BEGIN;

DO $$
BEGIN
    EXECUTE format('REVOKE CONNECT ON DATABASE %I FROM loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle',
                   current_database());
    EXECUTE format('GRANT CONNECT, TEMPORARY ON DATABASE %I TO PUBLIC', current_database());
    EXECUTE format('ALTER DATABASE %I RESET timezone', current_database());
    EXECUTE format('ALTER DATABASE %I RESET search_path', current_database());
END
$$;

DROP SCHEMA lifecycle;
DROP SCHEMA fleet;
DROP SCHEMA auth;
DROP EXTENSION IF EXISTS btree_gist;
DROP EXTENSION IF EXISTS pg_trgm;

COMMIT;
