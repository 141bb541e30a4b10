-- Deploy fleet_journal: what every command of every service leaves behind.
BEGIN;

-- Refuses what no role is granted anyway, so that not even the owner edits history by accident.
CREATE FUNCTION fleet.refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'insufficient_privilege';
END
$$;

-- One row per state change (D-219). It stands on its own: no foreign keys, names are copied.
CREATE TABLE fleet.audit_log (
    id          uuid PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    user_id     uuid,
    username    text NOT NULL,
    roles       text[] NOT NULL DEFAULT '{}',
    action      text NOT NULL CHECK (action ~ '^[A-Z][A-Z_]{2,49}$'),
    entity_type text NOT NULL,
    entity_id   uuid,
    entity_no   text,
    branch_id   uuid,
    old         jsonb,
    new         jsonb,
    reason      text,
    ip          inet,
    user_agent  text,
    request_id  text NOT NULL
);
CREATE INDEX audit_log_at_idx ON fleet.audit_log (at DESC, id DESC);
CREATE INDEX audit_log_entity_idx ON fleet.audit_log (entity_id, at DESC, id DESC);
CREATE INDEX audit_log_entity_type_idx ON fleet.audit_log (entity_type, at DESC, id DESC);
CREATE INDEX audit_log_user_idx ON fleet.audit_log (user_id, at DESC, id DESC);
CREATE INDEX audit_log_branch_idx ON fleet.audit_log (branch_id, at DESC, id DESC);
CREATE INDEX audit_log_action_idx ON fleet.audit_log (action, at DESC, id DESC);
CREATE INDEX audit_log_request_idx ON fleet.audit_log (request_id);
CREATE TRIGGER audit_log_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fleet.audit_log
    FOR EACH STATEMENT EXECUTE FUNCTION fleet.refuse_change();

-- The change sequence (D-220). lifecycle_change_horizon tells its reader which numbers are still uncommitted.
CREATE TABLE fleet.outbox (
    seq         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    at          timestamptz NOT NULL DEFAULT clock_timestamp(),
    event_type  text NOT NULL CHECK (event_type ~ '^[a-z_]+\.[a-z_]+$'),
    entity_type text NOT NULL,
    entity_id   uuid,
    bicycle_id  uuid,
    payload     jsonb NOT NULL DEFAULT '{}'
);
CREATE INDEX outbox_event_idx ON fleet.outbox (event_type, seq);

-- Answers of finished commands, replayed to retries (D-215). `body` is the serialised protobuf answer.
CREATE TABLE fleet.idempotency_keys (
    user_id     uuid NOT NULL,
    key         text NOT NULL CHECK (key ~ '^[A-Za-z0-9_-]{8,128}$'),
    fingerprint text NOT NULL CHECK (fingerprint ~ '^[0-9a-f]{64}$'),
    status      integer NOT NULL CHECK (status BETWEEN 200 AND 299),
    headers     jsonb NOT NULL DEFAULT '{}',
    body        bytea NOT NULL,
    expires_at  timestamptz NOT NULL,
    PRIMARY KEY (user_id, key)
);
CREATE INDEX idempotency_keys_expires_idx ON fleet.idempotency_keys (expires_at);

GRANT SELECT, INSERT ON fleet.audit_log TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle;
GRANT SELECT, INSERT ON fleet.outbox TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle;
GRANT SELECT, INSERT, UPDATE, DELETE ON fleet.idempotency_keys
    TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle;

COMMIT;
