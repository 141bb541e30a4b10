-- Deploy fleet_imports: the journal of CSV imports (D-1101), from which a crashed commit resumes.
BEGIN;

CREATE TABLE fleet.import_jobs (
    id           uuid PRIMARY KEY,
    kind         text NOT NULL CHECK (kind IN ('notebook', 'summery', 'brc')),
    file_name    text NOT NULL CHECK (char_length(file_name) <= 200),
    sha256       text NOT NULL CHECK (sha256 ~ '^[0-9a-f]{64}$'),
    options      jsonb NOT NULL DEFAULT '{}',
    status       text NOT NULL DEFAULT 'PREVIEWED'
        CHECK (status IN ('PREVIEWED', 'COMMITTING', 'COMMITTED', 'COMMITTED_WITH_ERRORS', 'DISCARDED', 'EXPIRED')),
    create_count integer NOT NULL DEFAULT 0 CHECK (create_count >= 0),
    update_count integer NOT NULL DEFAULT 0 CHECK (update_count >= 0),
    skip_count   integer NOT NULL DEFAULT 0 CHECK (skip_count >= 0),
    error_count  integer NOT NULL DEFAULT 0 CHECK (error_count >= 0),
    expires_at   timestamptz NOT NULL,
    version      integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   uuid NOT NULL REFERENCES auth.users (id),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    updated_by   uuid NOT NULL REFERENCES auth.users (id)
);
CREATE INDEX import_jobs_created_idx ON fleet.import_jobs (created_at, id);

CREATE TABLE fleet.import_rows (
    id           uuid PRIMARY KEY,
    job_id       uuid NOT NULL REFERENCES fleet.import_jobs (id),
    kind         text NOT NULL CHECK (kind IN ('notebook', 'summery', 'brc')),
    row_no       integer NOT NULL CHECK (row_no >= 2),
    row_key      text,
    action       text NOT NULL CHECK (action IN ('CREATE', 'UPDATE', 'SKIP', 'ERROR')),
    content      jsonb NOT NULL,
    messages     jsonb NOT NULL DEFAULT '[]',
    result_id    uuid,
    committed_at timestamptz,
    CONSTRAINT import_rows_position_key UNIQUE (job_id, row_no),
    CONSTRAINT import_rows_result_rule CHECK (committed_at IS NULL OR action <> 'ERROR')
);
-- Repeating a file skips what is already in (D-1103).
CREATE UNIQUE INDEX import_rows_committed_key ON fleet.import_rows (kind, row_key)
    WHERE committed_at IS NOT NULL AND action IN ('CREATE', 'UPDATE');
CREATE INDEX import_rows_action_idx ON fleet.import_rows (job_id, action, row_no);

ALTER TABLE fleet.bicycles ADD CONSTRAINT bicycles_import_row_fkey
    FOREIGN KEY (import_row_id) REFERENCES fleet.import_rows (id);
ALTER TABLE fleet.repair_jobs ADD CONSTRAINT repair_jobs_import_row_fkey
    FOREIGN KEY (import_row_id) REFERENCES fleet.import_rows (id);
ALTER TABLE fleet.sales ADD CONSTRAINT sales_import_row_fkey
    FOREIGN KEY (import_row_id) REFERENCES fleet.import_rows (id);

GRANT SELECT, INSERT, UPDATE ON fleet.import_jobs, fleet.import_rows TO loan_manager_fleet;
GRANT SELECT ON fleet.import_jobs, fleet.import_rows TO loan_manager_lifecycle;

COMMIT;
