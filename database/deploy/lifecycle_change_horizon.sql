-- Deploy loan_manager:lifecycle_change_horizon to pg
-- Lets a reader of fleet.outbox know which sequence numbers are still in the hands of uncommitted transactions.
--
-- Sequence numbers are taken before the transaction that takes them commits, so a snapshot may show number 12 while
-- number 11 is still to come. A view refreshed from that snapshot must not claim to cover 12. Uncommitted rows are
-- invisible, so their writers announce themselves with shared advisory locks, which every session can see in pg_locks
-- and which vanish exactly when the transaction ends, however it ends. Nobody ever waits for these locks.
--
-- A transaction announces twice, once per transaction:
--   floor  before its first number is taken (statement trigger: it fires before column defaults are evaluated):
--          "whatever number I get will be at least this";
--   exact  when its first number is known (row trigger).
-- Key: 16 bits of tag ('LF' floor, 'LE' exact), 48 bits of sequence number.
-- How the two are combined with a snapshot: docs/decisions/0005-covers-seq.md.

BEGIN;

-- SECURITY DEFINER: whoever may write the outbox need not be allowed to read its sequence.
CREATE FUNCTION lifecycle.announce_change_floor() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    IF coalesce(current_setting('lifecycle.change_floor', true), '') = '' THEN
        PERFORM pg_advisory_xact_lock_shared(
            (x'4C46'::bigint << 48) | (coalesce(pg_sequence_last_value('fleet.outbox_seq_seq'::regclass), 0) + 1));
        -- Transaction-local, and undone with a savepoint just as the lock is.
        PERFORM set_config('lifecycle.change_floor', 'announced', true);
    END IF;
    RETURN NULL;
END
$$;

CREATE FUNCTION lifecycle.announce_change() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    IF coalesce(current_setting('lifecycle.change_exact', true), '') = '' THEN
        PERFORM pg_advisory_xact_lock_shared((x'4C45'::bigint << 48) | NEW.seq);
        PERFORM set_config('lifecycle.change_exact', 'announced', true);
    END IF;
    RETURN NEW;
END
$$;

CREATE TRIGGER outbox_announce_floor BEFORE INSERT ON fleet.outbox
    FOR EACH STATEMENT EXECUTE FUNCTION lifecycle.announce_change_floor();
CREATE TRIGGER outbox_announce BEFORE INSERT ON fleet.outbox
    FOR EACH ROW EXECUTE FUNCTION lifecycle.announce_change();

-- last_seq: the last number taken by anybody. in_flight: for each transaction that announced itself and has not ended,
-- the first number it holds, or its floor while the number is not known yet (then in_flight_exact is false).
-- last_seq is read first on purpose: a writer missing from in_flight announced itself later and holds a larger number.
CREATE FUNCTION lifecycle.change_horizon(OUT last_seq bigint, OUT in_flight bigint[], OUT in_flight_exact boolean[])
LANGUAGE plpgsql VOLATILE SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
BEGIN
    last_seq := coalesce(pg_sequence_last_value('fleet.outbox_seq_seq'::regclass), 0);
    SELECT coalesce(array_agg(w.first_seq ORDER BY w.first_seq), '{}'),
           coalesce(array_agg(w.exact ORDER BY w.first_seq), '{}')
    INTO in_flight, in_flight_exact
    FROM (
        SELECT coalesce(min(l.seq) FILTER (WHERE l.exact), min(l.seq)) AS first_seq, bool_or(l.exact) AS exact
        FROM (
            SELECT virtualtransaction,
                   ((classid::bigint & 65535) << 32) | objid::bigint AS seq,
                   classid::bigint >> 16 = x'4C45'::bigint AS exact
            FROM pg_locks
            WHERE locktype = 'advisory' AND objsubid = 1
              AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
              AND classid::bigint >> 16 IN (x'4C45'::bigint, x'4C46'::bigint)
        ) l
        GROUP BY l.virtualtransaction
    ) w;
END
$$;

REVOKE ALL ON FUNCTION lifecycle.announce_change_floor(), lifecycle.announce_change(), lifecycle.change_horizon()
    FROM PUBLIC;
GRANT EXECUTE ON FUNCTION lifecycle.change_horizon() TO loan_manager_lifecycle;
GRANT USAGE ON SCHEMA fleet TO loan_manager_lifecycle;
GRANT SELECT ON fleet.outbox TO loan_manager_lifecycle;

COMMIT;
