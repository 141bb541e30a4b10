-- Deploy loan_manager:lifecycle_refreshes to pg
-- History of every refresh of every materialized view (D-1003).

BEGIN;

CREATE TABLE lifecycle.view_refreshes (
    id           uuid        PRIMARY KEY,
    view_name    text        NOT NULL,
    trigger      text        NOT NULL CHECK (trigger IN ('STARTUP', 'NIGHTLY', 'EVENT', 'MANUAL')),
    requested_by uuid        REFERENCES auth.users (id),
    status       text        NOT NULL CHECK (status IN ('RUNNING', 'OK', 'FAILED')),
    started_at   timestamptz NOT NULL,
    finished_at  timestamptz,
    rows         integer     CHECK (rows >= 0),
    duration_ms  integer     CHECK (duration_ms >= 0),
    covers_seq   bigint      CHECK (covers_seq >= 0),
    error        text,
    CONSTRAINT view_refreshes_finished CHECK ((status = 'RUNNING') = (finished_at IS NULL)),
    CONSTRAINT view_refreshes_result CHECK
        ((status = 'OK') = (rows IS NOT NULL AND duration_ms IS NOT NULL AND covers_seq IS NOT NULL)),
    CONSTRAINT view_refreshes_error CHECK ((status = 'FAILED') = (error IS NOT NULL)),
    CONSTRAINT view_refreshes_order CHECK (finished_at >= started_at)
);

-- The advisory lock already allows one run per view; this makes a second one impossible to record.
CREATE UNIQUE INDEX view_refreshes_one_running ON lifecycle.view_refreshes (view_name) WHERE status = 'RUNNING';
CREATE INDEX view_refreshes_history ON lifecycle.view_refreshes (view_name, started_at DESC, id DESC);
CREATE INDEX view_refreshes_last_ok ON lifecycle.view_refreshes (view_name, started_at DESC) WHERE status = 'OK';

COMMENT ON TABLE lifecycle.view_refreshes IS 'One row per refresh of a materialized view';
COMMENT ON COLUMN lifecycle.view_refreshes.covers_seq IS
    'Largest s such that every outbox row with seq <= s was committed before the snapshot of this refresh';

GRANT USAGE ON SCHEMA lifecycle TO loan_manager_lifecycle;
-- Rows older than the retention period are removed by the nightly run.
GRANT SELECT, INSERT, UPDATE, DELETE ON lifecycle.view_refreshes TO loan_manager_lifecycle;

COMMIT;
