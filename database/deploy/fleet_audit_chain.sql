-- Deploy fleet_audit_chain: a hash chain over the audit log, so that altering it afterwards cannot go unnoticed.
--
-- Every audit row that is inserted is queued in the same transaction. The fleet service seals queued rows, which are
-- committed by then however late that was, by adding them to the chain; in any committed state a row is either queued
-- or sealed. Writers never wait for the sealer: it deletes only rows that nobody else touches.
-- How it works and what it proves: docs/decisions/0007-audit-chain.md.
BEGIN;

CREATE TABLE fleet.audit_chain (
    position   bigint PRIMARY KEY CHECK (position > 0),
    audit_id   uuid NOT NULL CONSTRAINT audit_chain_audit_id_key UNIQUE,
    -- SHA-256 of the row as text (libs/audit).
    row_hash   bytea NOT NULL CHECK (octet_length(row_hash) = 32),
    -- SHA-256 of the chain hash before and this row hash.
    chain_hash bytea NOT NULL CHECK (octet_length(chain_hash) = 32)
);
CREATE TRIGGER audit_chain_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fleet.audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION fleet.refuse_change();

-- Rows still to be sealed, in the order of their insertion.
CREATE TABLE fleet.audit_unsealed (
    seq      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    audit_id uuid NOT NULL
);

-- SECURITY DEFINER: who may write the audit log need not be able to put anything else into the queue.
CREATE FUNCTION fleet.queue_for_sealing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    INSERT INTO fleet.audit_unsealed (audit_id) SELECT id FROM fresh;
    RETURN NULL;
END
$$;
REVOKE ALL ON FUNCTION fleet.queue_for_sealing() FROM PUBLIC;
CREATE TRIGGER audit_log_queue_for_sealing AFTER INSERT ON fleet.audit_log
    REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION fleet.queue_for_sealing();

-- What was written before there was a chain.
INSERT INTO fleet.audit_unsealed (audit_id) SELECT id FROM fleet.audit_log ORDER BY at, id;

GRANT SELECT, INSERT ON fleet.audit_chain TO loan_manager_fleet;
GRANT SELECT, DELETE ON fleet.audit_unsealed TO loan_manager_fleet;

COMMIT;
