-- Revert auth_schema.
BEGIN;
DROP TABLE auth.revoked_tokens;
DROP TABLE auth.revocations;
DROP TABLE auth.trust_state;
DROP TABLE auth.signing_keys;
DROP TABLE auth.known_addresses;
DROP TABLE auth.login_attempts;
DROP TABLE auth.refresh_tokens;
DROP TABLE auth.users;
DROP FUNCTION auth.announce_epoch();
DROP FUNCTION auth.record_revocation();
DROP FUNCTION auth.raise_token_version();
COMMIT;
