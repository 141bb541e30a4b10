-- Deploy auth_schema: users, sessions, sign-in attempts, and what other services need to trust a token.
BEGIN;

CREATE TABLE auth.users (
    id                   uuid PRIMARY KEY,
    username             text NOT NULL CONSTRAINT users_username_key UNIQUE CHECK (username ~ '^[a-z0-9._-]{3,50}$'),
    staff_no             text CONSTRAINT users_staff_no_key UNIQUE CHECK (char_length(staff_no) BETWEEN 1 AND 50),
    full_name            text NOT NULL CHECK (char_length(full_name) BETWEEN 1 AND 200),
    email                text CHECK (char_length(email) <= 200 AND email ~ '^[^@]+@[^@]+$'),
    phone                text CHECK (phone ~ '^\+\d{8,15}$'),
    -- PHC string of Argon2id; '!' is no hash of any password.
    password_hash        text NOT NULL CHECK (password_hash = '!' OR password_hash LIKE '$argon2id$%'),
    must_change_password boolean NOT NULL DEFAULT false,
    password_changed_at  timestamptz NOT NULL DEFAULT now(),
    roles                text[] NOT NULL CHECK (
        roles <@ ARRAY['admin', 'head_manager', 'branch_manager', 'inventory_manager', 'sales_agent',
                       'workshop_manager', 'mechanic', 'finance_officer', 'auditor', 'viewer']),
    company_scope        uuid[] NOT NULL DEFAULT '{}' CHECK (array_position(company_scope, NULL) IS NULL),
    branch_scope         uuid[] NOT NULL DEFAULT '{}' CHECK (array_position(branch_scope, NULL) IS NULL),
    is_active            boolean NOT NULL DEFAULT true,
    -- Failed sign-ins since the last good one, and until when the last throttled address has to wait. Information
    -- for people: what is throttled follows from auth.login_attempts.
    failed_logins        integer NOT NULL DEFAULT 0 CHECK (failed_logins >= 0),
    locked_until         timestamptz,
    last_login_at        timestamptz,
    -- The claim `ver`: access tokens with a smaller one are refused.
    token_version        integer NOT NULL DEFAULT 1 CHECK (token_version > 0),
    is_demo              boolean NOT NULL DEFAULT false,
    version              integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at           timestamptz NOT NULL DEFAULT now(),
    created_by           uuid NOT NULL REFERENCES auth.users (id),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    updated_by           uuid NOT NULL REFERENCES auth.users (id),
    -- Owner of automatic changes; nobody signs in as it (D-205).
    CONSTRAINT users_system_cannot_sign_in CHECK (username <> 'system' OR (password_hash = '!' AND NOT is_active))
) WITH (fillfactor = 80);
CREATE INDEX users_branch_scope_idx ON auth.users USING gin (branch_scope);
CREATE INDEX users_active_username_idx ON auth.users (username, id) WHERE is_active;

-- One family per sign-in; each refresh adds a token to it. Only the SHA-256 of a token is stored.
CREATE TABLE auth.refresh_tokens (
    id         uuid PRIMARY KEY,
    user_id    uuid NOT NULL REFERENCES auth.users (id),
    family_id  uuid NOT NULL,
    token_hash bytea NOT NULL CONSTRAINT refresh_tokens_token_hash_key UNIQUE CHECK (octet_length(token_hash) = 32),
    -- `jti` of the access token handed out together with this one: tells which session a request belongs to.
    access_jti uuid NOT NULL,
    issued_at  timestamptz NOT NULL,
    expires_at timestamptz NOT NULL,
    used_at    timestamptz,
    revoked_at timestamptz,
    CHECK (expires_at > issued_at)
);
CREATE INDEX refresh_tokens_family_idx ON auth.refresh_tokens (family_id, expires_at);
CREATE INDEX refresh_tokens_user_idx ON auth.refresh_tokens (user_id) WHERE revoked_at IS NULL;
CREATE INDEX refresh_tokens_expires_idx ON auth.refresh_tokens (expires_at);

-- Sign-in attempts of the recent past; from them follows who has to wait (D-217). Of the name that was typed sixteen
-- bits of a digest are kept, for known and unknown names alike: people type passwords there.
CREATE TABLE auth.login_attempts (
    id          bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    address     text NOT NULL CHECK (char_length(address) <= 64),
    name_bucket integer NOT NULL CHECK (name_bucket BETWEEN 0 AND 65535),
    started_at  timestamptz NOT NULL,
    outcome     text NOT NULL CHECK (outcome IN ('PENDING', 'FAILED', 'SUCCEEDED', 'FORGIVEN'))
);
CREATE INDEX login_attempts_address_idx ON auth.login_attempts (address, started_at DESC);
CREATE INDEX login_attempts_pair_idx ON auth.login_attempts (address, name_bucket, started_at DESC)
    WHERE outcome IN ('PENDING', 'FAILED');
CREATE INDEX login_attempts_started_idx ON auth.login_attempts (started_at);

-- Addresses a user has signed in from: never locked for him.
CREATE TABLE auth.known_addresses (
    user_id      uuid NOT NULL REFERENCES auth.users (id),
    address      text NOT NULL CHECK (char_length(address) <= 64),
    first_seen_at timestamptz NOT NULL,
    last_seen_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, address)
);
CREATE INDEX known_addresses_last_seen_idx ON auth.known_addresses (last_seen_at);

-- Public halves of the signing keys of every auth instance. Private halves never leave an instance's key directory.
CREATE TABLE auth.signing_keys (
    kid          text PRIMARY KEY CHECK (char_length(kid) BETWEEN 1 AND 100),
    public_jwk   text NOT NULL CHECK (char_length(public_jwk) <= 2000),
    created_at   timestamptz NOT NULL,
    -- Not used for signing before: verifiers must have had time to learn it.
    activates_at timestamptz NOT NULL,
    -- Published until then; the instance that signs with the key keeps moving it.
    valid_until  timestamptz NOT NULL,
    -- Set by a rotation: no longer used for signing, and no longer published from then on.
    retired_at   timestamptz
);

-- Counts changes that verifiers must learn of. Whoever raises it holds its row lock until the commit, so an epoch that
-- can be read never has an earlier one still to come.
CREATE TABLE auth.trust_state (
    singleton boolean PRIMARY KEY DEFAULT true CHECK (singleton),
    epoch     bigint NOT NULL CHECK (epoch > 0)
);
INSERT INTO auth.trust_state (epoch) VALUES (1);

-- Every instance of auth listens, and answers those who wait for news.
CREATE FUNCTION auth.announce_epoch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM pg_notify('auth_trust', NEW.epoch::text);
    RETURN NULL;
END
$$;
CREATE TRIGGER trust_state_announce AFTER UPDATE ON auth.trust_state
    FOR EACH ROW EXECUTE FUNCTION auth.announce_epoch();

-- The newest revocation of each user: tokens with a `ver` below min_ver are refused.
CREATE TABLE auth.revocations (
    user_id    uuid PRIMARY KEY REFERENCES auth.users (id),
    min_ver    integer NOT NULL,
    epoch      bigint NOT NULL,
    revoked_at timestamptz NOT NULL
);
CREATE INDEX revocations_epoch_idx ON auth.revocations (epoch);

-- Single access tokens that were ended before their time, because their session was. Cleared away when they would have
-- expired anyway.
CREATE TABLE auth.revoked_tokens (
    jti        uuid PRIMARY KEY,
    epoch      bigint NOT NULL,
    revoked_at timestamptz NOT NULL
);
CREATE INDEX revoked_tokens_epoch_idx ON auth.revoked_tokens (epoch);
CREATE INDEX revoked_tokens_revoked_idx ON auth.revoked_tokens (revoked_at);

-- D-221 as a rule of the database: whoever changes roles, scope or activity of a user – also an operator with psql –
-- thereby revokes the access tokens that are out.
CREATE FUNCTION auth.raise_token_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.token_version = OLD.token_version
       AND (NEW.roles, NEW.company_scope, NEW.branch_scope, NEW.is_active)
           IS DISTINCT FROM (OLD.roles, OLD.company_scope, OLD.branch_scope, OLD.is_active) THEN
        NEW.token_version := OLD.token_version + 1;
    END IF;
    IF NEW.token_version < OLD.token_version THEN
        RAISE EXCEPTION 'token_version never decreases' USING ERRCODE = 'check_violation';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER users_raise_token_version BEFORE UPDATE ON auth.users
    FOR EACH ROW EXECUTE FUNCTION auth.raise_token_version();

CREATE FUNCTION auth.record_revocation() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    next_epoch bigint;
BEGIN
    UPDATE auth.trust_state SET epoch = epoch + 1 RETURNING epoch INTO next_epoch;
    INSERT INTO auth.revocations AS r (user_id, min_ver, epoch, revoked_at)
    VALUES (NEW.id, NEW.token_version, next_epoch, clock_timestamp())
    ON CONFLICT (user_id) DO UPDATE
        SET min_ver = excluded.min_ver, epoch = excluded.epoch, revoked_at = excluded.revoked_at;
    RETURN NULL;
END
$$;
CREATE TRIGGER users_record_revocation AFTER UPDATE ON auth.users
    FOR EACH ROW WHEN (NEW.token_version > OLD.token_version) EXECUTE FUNCTION auth.record_revocation();

-- The owner of automatic changes, under an id that code can name.
INSERT INTO auth.users (id, username, full_name, password_hash, roles, is_active, created_by, updated_by)
VALUES ('00000000-0000-7000-8000-000000000001', 'system', 'System', '!', '{}', false,
        '00000000-0000-7000-8000-000000000001', '00000000-0000-7000-8000-000000000001');

-- Users are never deleted (D-205); sessions and attempts are cleared away when they no longer matter.
GRANT SELECT, INSERT, UPDATE ON auth.users, auth.revocations, auth.signing_keys TO loan_manager_auth;
GRANT SELECT, UPDATE ON auth.trust_state TO loan_manager_auth;
GRANT SELECT, INSERT, UPDATE, DELETE ON auth.refresh_tokens, auth.login_attempts, auth.known_addresses
    TO loan_manager_auth;
GRANT SELECT, INSERT, DELETE ON auth.revoked_tokens TO loan_manager_auth;

COMMIT;
