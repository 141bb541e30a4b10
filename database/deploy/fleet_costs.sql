-- Deploy fleet_costs: expenses, repair jobs, and the ledger every cost ends in.
BEGIN;

CREATE TABLE fleet.expenses (
    id           uuid PRIMARY KEY,
    bicycle_id   uuid NOT NULL REFERENCES fleet.bicycles (id),
    branch_id    uuid NOT NULL REFERENCES fleet.branches (id),
    expense_date date NOT NULL,
    category     text NOT NULL CHECK (category IN ('TRANSPORT', 'MINOR_REPAIR', 'LICENSE_RENEWAL', 'INSURANCE', 'CLEANING',
                                                   'DOCUMENTATION', 'STORAGE', 'OTHER')),
    description  text NOT NULL CHECK (char_length(description) BETWEEN 5 AND 500),
    amount       numeric(14, 2) NOT NULL CHECK (amount > 0),
    invoice_no   text CHECK (char_length(invoice_no) <= 100),
    vendor_name  text CHECK (char_length(vendor_name) <= 200),
    notes        text CHECK (char_length(notes) <= 1000),
    post_sale    boolean NOT NULL DEFAULT false,
    voided_by    uuid REFERENCES auth.users (id),
    voided_at    timestamptz,
    void_reason  text CHECK (char_length(void_reason) BETWEEN 5 AND 500),
    is_demo      boolean NOT NULL DEFAULT false,
    version      integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at   timestamptz NOT NULL DEFAULT now(),
    created_by   uuid NOT NULL REFERENCES auth.users (id),
    updated_at   timestamptz NOT NULL DEFAULT now(),
    updated_by   uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT expenses_void_rule CHECK (num_nonnulls(voided_by, voided_at, void_reason) IN (0, 3))
);
CREATE INDEX expenses_date_idx ON fleet.expenses (expense_date, id);
CREATE INDEX expenses_amount_idx ON fleet.expenses (amount, id);
CREATE INDEX expenses_branch_idx ON fleet.expenses (branch_id, expense_date, id);
CREATE INDEX expenses_bicycle_idx ON fleet.expenses (bicycle_id, expense_date, id);

CREATE TABLE fleet.repair_jobs (
    id                        uuid PRIMARY KEY,
    job_no                    text NOT NULL CONSTRAINT repair_jobs_job_no_key UNIQUE CHECK (char_length(job_no) <= 30),
    bicycle_id                uuid NOT NULL REFERENCES fleet.bicycles (id),
    branch_id                 uuid NOT NULL REFERENCES fleet.branches (id),
    job_type                  text NOT NULL CHECK (job_type IN ('SERVICE', 'ACCIDENT_REPAIR', 'FULL_OVERHAUL_BEFORE_SALE',
                                                                'MAINTENANCE', 'CUSTOM_WORK', 'WARRANTY_REPAIR')),
    category                  text NOT NULL CHECK (category IN ('PRE_SALE_PREP', 'MAINTENANCE', 'WARRANTY', 'CUSTOMER_REPAIR')),
    status                    text NOT NULL DEFAULT 'OPEN'
        CHECK (status IN ('OPEN', 'IN_PROGRESS', 'COMPLETED', 'INVOICED', 'CANCELLED')),
    priority                  text NOT NULL DEFAULT 'NORMAL' CHECK (priority IN ('LOW', 'NORMAL', 'HIGH', 'URGENT')),
    mechanic_id               uuid REFERENCES auth.users (id),
    odometer_km               integer CHECK (odometer_km >= 0),
    customer_complaint        text CHECK (char_length(customer_complaint) <= 2000),
    diagnosis                 text CHECK (char_length(diagnosis) <= 2000),
    work_performed            text CHECK (char_length(work_performed) <= 2000),
    notes                     text CHECK (char_length(notes) <= 2000),
    estimated_completion_date date,
    opened_at                 timestamptz NOT NULL DEFAULT now(),
    started_at                timestamptz,
    completed_at              timestamptz,
    closed_at                 timestamptz,
    cancelled_at              timestamptz,
    cancel_reason             text CHECK (char_length(cancel_reason) BETWEEN 5 AND 500),
    parts_cost                numeric(14, 2) NOT NULL DEFAULT 0 CHECK (parts_cost >= 0),
    labour_cost               numeric(14, 2) NOT NULL DEFAULT 0 CHECK (labour_cost >= 0),
    overhead_cost             numeric(14, 2) NOT NULL DEFAULT 0 CHECK (overhead_cost >= 0),
    total_cost                numeric(14, 2) NOT NULL DEFAULT 0,
    total_price               numeric(14, 2) NOT NULL DEFAULT 0 CHECK (total_price >= 0),
    external_ref              text CHECK (char_length(external_ref) <= 100),
    import_row_id             uuid,
    is_demo                   boolean NOT NULL DEFAULT false,
    version                   integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at                timestamptz NOT NULL DEFAULT now(),
    created_by                uuid NOT NULL REFERENCES auth.users (id),
    updated_at                timestamptz NOT NULL DEFAULT now(),
    updated_by                uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT repair_jobs_total_rule CHECK (total_cost = parts_cost + labour_cost + overhead_cost),
    CONSTRAINT repair_jobs_category_rule CHECK (
        CASE job_type WHEN 'FULL_OVERHAUL_BEFORE_SALE' THEN category = 'PRE_SALE_PREP'
                      WHEN 'WARRANTY_REPAIR' THEN category = 'WARRANTY'
                      ELSE category IN ('MAINTENANCE', 'CUSTOMER_REPAIR') END),
    CONSTRAINT repair_jobs_states_rule CHECK (
        (status IN ('COMPLETED', 'INVOICED')) = (completed_at IS NOT NULL)
        AND (status = 'CANCELLED') = (cancelled_at IS NOT NULL)
        AND (status = 'CANCELLED') = (cancel_reason IS NOT NULL)
        AND (status NOT IN ('IN_PROGRESS', 'COMPLETED', 'INVOICED') OR started_at IS NOT NULL)
        AND (status <> 'INVOICED' OR (category = 'CUSTOMER_REPAIR' AND closed_at IS NOT NULL)))
);
CREATE INDEX repair_jobs_opened_idx ON fleet.repair_jobs (opened_at, id);
CREATE INDEX repair_jobs_branch_idx ON fleet.repair_jobs (branch_id, opened_at, id);
CREATE INDEX repair_jobs_status_idx ON fleet.repair_jobs (status, opened_at, id);
CREATE INDEX repair_jobs_bicycle_idx ON fleet.repair_jobs (bicycle_id, opened_at, id);
CREATE INDEX repair_jobs_priority_idx
    ON fleet.repair_jobs (array_position(ARRAY['LOW', 'NORMAL', 'HIGH', 'URGENT'], priority), id);
-- Reach "S": the bikes of a mechanic's jobs.
CREATE INDEX repair_jobs_mechanic_idx ON fleet.repair_jobs (mechanic_id, bicycle_id) WHERE mechanic_id IS NOT NULL;
CREATE UNIQUE INDEX repair_jobs_external_ref_key ON fleet.repair_jobs (external_ref) WHERE external_ref IS NOT NULL;

CREATE TABLE fleet.repair_job_lines (
    id          uuid PRIMARY KEY,
    job_id      uuid NOT NULL REFERENCES fleet.repair_jobs (id),
    kind        text NOT NULL CHECK (kind IN ('PART', 'LABOUR', 'OVERHEAD')),
    description text NOT NULL CHECK (char_length(description) BETWEEN 3 AND 500),
    part_code   text CHECK (char_length(part_code) <= 50),
    mechanic_id uuid REFERENCES auth.users (id),
    quantity    numeric(10, 2) NOT NULL CHECK (quantity > 0),
    unit_cost   numeric(14, 2) NOT NULL CHECK (unit_cost >= 0 AND (kind = 'PART' OR unit_cost > 0)),
    unit_price  numeric(14, 2) NOT NULL CHECK (unit_price >= 0),
    cost        numeric(14, 2) NOT NULL,
    price       numeric(14, 2) NOT NULL,
    is_demo     boolean NOT NULL DEFAULT false,
    version     integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at  timestamptz NOT NULL DEFAULT now(),
    created_by  uuid NOT NULL REFERENCES auth.users (id),
    updated_at  timestamptz NOT NULL DEFAULT now(),
    updated_by  uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT repair_job_lines_overhead_rule CHECK (kind <> 'OVERHEAD' OR quantity = 1),
    CONSTRAINT repair_job_lines_cost_rule CHECK (cost = round(quantity * unit_cost, 2)),
    CONSTRAINT repair_job_lines_price_rule CHECK (price = round(quantity * unit_price, 2))
);
CREATE INDEX repair_job_lines_job_idx ON fleet.repair_job_lines (job_id, created_at, id);

-- Append-only. `source_*` name the business fact an original entry books; corrections reverse and re-book (D-704).
CREATE TABLE fleet.cost_ledger (
    id             uuid PRIMARY KEY,
    entry_no       bigint GENERATED ALWAYS AS IDENTITY CONSTRAINT cost_ledger_entry_no_key UNIQUE,
    bicycle_id     uuid NOT NULL REFERENCES fleet.bicycles (id),
    branch_id      uuid NOT NULL REFERENCES fleet.branches (id),
    entry_type     text NOT NULL CHECK (entry_type IN ('PURCHASE', 'EXPENSE', 'REPAIR', 'TRANSFER', 'OPENING_EXPENSE',
                                                       'OPENING_REPAIR', 'SALE')),
    category       text,
    amount         numeric(14, 2) NOT NULL CHECK (amount <> 0),
    entry_date     date NOT NULL,
    post_sale      boolean NOT NULL DEFAULT false,
    source_table   text NOT NULL CHECK (source_table IN ('bicycles', 'expenses', 'repair_jobs', 'transfers', 'sales', 'import_rows')),
    source_id      uuid NOT NULL,
    source_version integer NOT NULL CHECK (source_version > 0),
    reverses_id    uuid CONSTRAINT cost_ledger_reverses_key UNIQUE REFERENCES fleet.cost_ledger (id),
    description    text NOT NULL CHECK (char_length(description) BETWEEN 1 AND 500),
    meta           jsonb NOT NULL DEFAULT '{}',
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT cost_ledger_sign_rule CHECK ((amount < 0) = (reverses_id IS NOT NULL)),
    CONSTRAINT cost_ledger_post_sale_rule CHECK (NOT post_sale OR entry_type IN ('EXPENSE', 'REPAIR')),
    CONSTRAINT cost_ledger_source_rule CHECK (
        source_table = CASE entry_type WHEN 'PURCHASE' THEN 'bicycles' WHEN 'EXPENSE' THEN 'expenses'
                                       WHEN 'REPAIR' THEN 'repair_jobs' WHEN 'TRANSFER' THEN 'transfers'
                                       WHEN 'SALE' THEN 'sales' ELSE 'import_rows' END)
);
CREATE UNIQUE INDEX cost_ledger_source_key ON fleet.cost_ledger (source_table, source_id, source_version)
    WHERE reverses_id IS NULL;
CREATE INDEX cost_ledger_bicycle_idx ON fleet.cost_ledger (bicycle_id, entry_no);

-- A reversal mirrors one original: same bike, same kind, negated amount (I-08).
CREATE FUNCTION fleet.check_reversal() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (SELECT FROM fleet.cost_ledger o
                   WHERE o.id = NEW.reverses_id AND o.reverses_id IS NULL AND o.bicycle_id = NEW.bicycle_id
                     AND o.entry_type = NEW.entry_type AND o.post_sale = NEW.post_sale AND o.amount = -NEW.amount) THEN
        RAISE EXCEPTION 'entry % does not mirror the entry it reverses', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'cost_ledger_reversal_rule', TABLE = 'cost_ledger';
    END IF;
    RETURN NEW;
END
$$;
CREATE TRIGGER cost_ledger_reversal BEFORE INSERT ON fleet.cost_ledger
    FOR EACH ROW WHEN (NEW.reverses_id IS NOT NULL) EXECUTE FUNCTION fleet.check_reversal();
CREATE TRIGGER cost_ledger_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON fleet.cost_ledger
    FOR EACH STATEMENT EXECUTE FUNCTION fleet.refuse_change();

GRANT SELECT, INSERT, UPDATE ON fleet.expenses, fleet.repair_jobs TO loan_manager_fleet;
-- Lines of an open job are the only rows that may be deleted (D-205).
GRANT SELECT, INSERT, UPDATE, DELETE ON fleet.repair_job_lines TO loan_manager_fleet;
GRANT SELECT, INSERT ON fleet.cost_ledger TO loan_manager_fleet;
GRANT SELECT ON fleet.expenses, fleet.repair_jobs, fleet.repair_job_lines, fleet.cost_ledger TO loan_manager_lifecycle;

COMMIT;
