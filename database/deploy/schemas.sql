-- Deploy schemas: one schema per service, the extensions they use, and the search path operators rely on.
BEGIN;

CREATE SCHEMA auth;
CREATE SCHEMA fleet;
CREATE SCHEMA lifecycle;
COMMENT ON SCHEMA auth IS 'Users, sessions and signing keys; written by the auth service.';
COMMENT ON SCHEMA fleet IS 'Bikes and everything that happens to them; written by the fleet service.';
COMMENT ON SCHEMA lifecycle IS 'Materialized views of the reports; owned by the lifecycle-refresher.';

-- Trigram indexes serve "contains" filters; btree_gist serves the exclusion constraint of commission rules.
CREATE EXTENSION IF NOT EXISTS pg_trgm WITH SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public;

REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA auth TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle;
GRANT USAGE ON SCHEMA fleet TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle;
-- The refresher owns its materialized views (only an owner may refresh them), hence CREATE.
GRANT USAGE, CREATE ON SCHEMA lifecycle TO loan_manager_lifecycle;
GRANT USAGE ON SCHEMA lifecycle TO loan_manager_fleet;

DO $$
BEGIN
    EXECUTE format('ALTER DATABASE %I SET search_path = fleet, auth, lifecycle, public', current_database());
    EXECUTE format('ALTER DATABASE %I SET timezone = ''UTC''', current_database());
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    EXECUTE format('GRANT CONNECT ON DATABASE %I TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle',
                   current_database());
END
$$;

COMMIT;
