-- Verify auth_schema.
SELECT id, username, staff_no, full_name, password_hash, must_change_password, roles, company_scope, branch_scope,
       is_active, token_version, version
FROM auth.users WHERE false;
SELECT id, user_id, family_id, token_hash, access_jti, expires_at, used_at, revoked_at
FROM auth.refresh_tokens WHERE false;
SELECT address, name_bucket, started_at, outcome FROM auth.login_attempts WHERE false;
SELECT user_id, address, last_seen_at FROM auth.known_addresses WHERE false;
SELECT kid, public_jwk, activates_at, valid_until, retired_at FROM auth.signing_keys WHERE false;
SELECT user_id, min_ver, epoch, revoked_at FROM auth.revocations WHERE false;
SELECT jti, epoch, revoked_at FROM auth.revoked_tokens WHERE false;
SELECT 1 / (count(*) = 1)::int FROM auth.trust_state;
SELECT 1 / (count(*) = 1)::int FROM pg_trigger WHERE tgname = 'trust_state_announce' AND tgenabled = 'O';
SELECT 1 / (count(*) = 1)::int FROM auth.users WHERE username = 'system' AND NOT is_active AND password_hash = '!';
SELECT 1 / (has_table_privilege('loan_manager_auth', 'auth.users', 'UPDATE')
            AND NOT has_table_privilege('loan_manager_auth', 'auth.users', 'DELETE')
            AND has_table_privilege('loan_manager_auth', 'auth.revoked_tokens', 'INSERT')
            AND has_table_privilege('loan_manager_auth', 'auth.revoked_tokens', 'DELETE')
            AND NOT has_table_privilege('loan_manager_auth', 'auth.revoked_tokens', 'UPDATE')
            AND NOT has_table_privilege('loan_manager_fleet', 'auth.refresh_tokens', 'SELECT'))::int;
