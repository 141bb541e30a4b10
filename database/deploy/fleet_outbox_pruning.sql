-- Deploy fleet_outbox_pruning: events that nobody needs any more leave the outbox.
--
-- A row may go when it is old enough, when every view covers it, and when the audit rows of its time are sealed: then the
-- chain proves the change, and nothing reads the event again. The newest row always stays, since the height of the
-- sequence is read from it. How far pruning came is kept, so that `check` knows which changes may lack their event.
BEGIN;

CREATE TABLE fleet.outbox_pruned (
    is_one   boolean PRIMARY KEY DEFAULT true CHECK (is_one),
    until    timestamptz NOT NULL,
    last_seq bigint NOT NULL CHECK (last_seq > 0),
    rows     bigint NOT NULL CHECK (rows > 0)
);
COMMENT ON TABLE fleet.outbox_pruned IS 'How far the outbox has been pruned; no row: never';
COMMENT ON COLUMN fleet.outbox_pruned.until IS 'Events of changes at or before this time may be gone; all later ones are there';
COMMENT ON COLUMN fleet.outbox_pruned.last_seq IS 'The largest number that is gone';
COMMENT ON COLUMN fleet.outbox_pruned.rows IS 'How many are gone';

-- Removes up to `step` (500 at most) of the oldest events and says how many. SECURITY DEFINER: no service may delete
-- an event by itself.
CREATE FUNCTION fleet.prune_outbox(keep_days integer, step integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS $$
DECLARE
    kept_from timestamptz := clock_timestamp() - make_interval(days => greatest(keep_days, 1));
    unsealed_from timestamptz;
    covered bigint;
    gone_rows integer;
    gone_seq bigint;
    gone_at timestamptz;
BEGIN
    IF NOT pg_try_advisory_xact_lock(hashtextextended('fleet.outbox_pruned', 0)) THEN
        RETURN 0;
    END IF;
    SELECT min(a.at) INTO unsealed_from FROM fleet.audit_unsealed q JOIN fleet.audit_log a ON a.id = q.audit_id;
    SELECT min(view.covers) INTO covered
    FROM (SELECT coalesce(max(covers_seq) FILTER (WHERE status = 'OK'), 0) AS covers
          FROM lifecycle.view_refreshes GROUP BY view_name) view;

    -- Only the lowest numbers are looked at, so that a round that finds nothing costs nothing.
    WITH oldest AS (
        SELECT o.seq FROM fleet.outbox o ORDER BY o.seq LIMIT least(step, 500)
    ), gone AS (
        DELETE FROM fleet.outbox o
        USING oldest
        WHERE o.seq = oldest.seq AND o.at < least(kept_from, unsealed_from) AND o.seq <= covered
          AND o.seq < (SELECT max(newest.seq) FROM fleet.outbox newest)
        RETURNING o.seq, o.at
    )
    SELECT count(*), max(seq), max(at) INTO gone_rows, gone_seq, gone_at FROM gone;
    IF gone_rows > 0 THEN
        INSERT INTO fleet.outbox_pruned AS mark (until, last_seq, rows) VALUES (gone_at, gone_seq, gone_rows)
        ON CONFLICT (is_one) DO UPDATE
        SET until = greatest(mark.until, excluded.until), last_seq = greatest(mark.last_seq, excluded.last_seq),
            rows = mark.rows + excluded.rows;
    END IF;
    RETURN gone_rows;
END
$$;

REVOKE ALL ON FUNCTION fleet.prune_outbox(integer, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION fleet.prune_outbox(integer, integer) TO loan_manager_fleet;
GRANT SELECT ON fleet.outbox_pruned TO loan_manager_fleet, loan_manager_lifecycle;

COMMIT;
