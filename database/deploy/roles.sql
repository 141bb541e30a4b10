-- Deploy roles: one least-privilege login role per service.
--
-- Roles belong to the whole cluster, so another database may have created them already, even at this very
-- moment. Passwords are not set here: the operator (or ./dev) sets them with ALTER ROLE … PASSWORD.
DO $$
DECLARE
    role_name text;
BEGIN
    FOREACH role_name IN ARRAY ARRAY['loan_manager_auth', 'loan_manager_fleet', 'loan_manager_lifecycle'] LOOP
        IF NOT EXISTS (SELECT FROM pg_catalog.pg_roles WHERE rolname = role_name) THEN
            BEGIN
                EXECUTE format('CREATE ROLE %I LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION', role_name);
            EXCEPTION WHEN duplicate_object OR unique_violation THEN
                RAISE NOTICE 'role % was created by somebody else meanwhile', role_name;
            END;
        END IF;
    END LOOP;
END
$$;
