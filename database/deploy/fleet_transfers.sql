-- Deploy fleet_transfers: moving a bike from branch to branch.
BEGIN;

-- A check constraint cannot hold a subquery, so the sum of the breakdown is a function.
CREATE FUNCTION fleet.breakdown_total(breakdown jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT coalesce(sum(value::numeric), 0) FROM jsonb_each_text(breakdown) $$;

CREATE TABLE fleet.transfers (
    id                     uuid PRIMARY KEY,
    transfer_no            text NOT NULL CONSTRAINT transfers_transfer_no_key UNIQUE CHECK (char_length(transfer_no) <= 30),
    bicycle_id             uuid NOT NULL REFERENCES fleet.bicycles (id),
    from_branch_id         uuid NOT NULL REFERENCES fleet.branches (id),
    to_branch_id           uuid NOT NULL REFERENCES fleet.branches (id),
    status                 text NOT NULL DEFAULT 'PENDING'
        CHECK (status IN ('PENDING', 'APPROVED', 'IN_TRANSIT', 'COMPLETED', 'REJECTED', 'CANCELLED')),
    reason_code            text NOT NULL
        CHECK (reason_code IN ('STOCK_REBALANCING', 'CUSTOMER_REQUEST', 'CONSOLIDATION', 'MAINTENANCE', 'OTHER')),
    reason_note            text CHECK (char_length(reason_note) <= 500),
    reference_doc_no       text CHECK (char_length(reference_doc_no) <= 50),
    expected_delivery_date date,
    transfer_cost          numeric(14, 2) NOT NULL DEFAULT 0 CHECK (transfer_cost >= 0),
    cost_breakdown         jsonb,
    from_stock_number      text NOT NULL REFERENCES fleet.stock_numbers (full_number),
    to_stock_number        text REFERENCES fleet.stock_numbers (full_number) DEFERRABLE INITIALLY DEFERRED,
    is_inter_company       boolean NOT NULL,
    requested_by           uuid NOT NULL REFERENCES auth.users (id),
    requested_at           timestamptz NOT NULL DEFAULT now(),
    approved_by            uuid REFERENCES auth.users (id),
    approved_at            timestamptz,
    self_approved          boolean NOT NULL DEFAULT false,
    dispatched_by          uuid REFERENCES auth.users (id),
    dispatched_at          timestamptz,
    completed_by           uuid REFERENCES auth.users (id),
    completed_at           timestamptz,
    delivered_on           date,
    rejected_by            uuid REFERENCES auth.users (id),
    rejected_at            timestamptz,
    cancelled_by           uuid REFERENCES auth.users (id),
    cancelled_at           timestamptz,
    close_reason           text CHECK (char_length(close_reason) BETWEEN 5 AND 500),
    notes                  text CHECK (char_length(notes) <= 1000),
    is_demo                boolean NOT NULL DEFAULT false,
    version                integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at             timestamptz NOT NULL DEFAULT now(),
    created_by             uuid NOT NULL REFERENCES auth.users (id),
    updated_at             timestamptz NOT NULL DEFAULT now(),
    updated_by             uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT transfers_ends_rule CHECK (from_branch_id <> to_branch_id),
    CONSTRAINT transfers_note_rule CHECK (reason_code <> 'OTHER' OR reason_note IS NOT NULL),
    CONSTRAINT transfers_breakdown_rule CHECK (
        cost_breakdown IS NULL
        OR (jsonb_typeof(cost_breakdown) = 'object'
            AND cost_breakdown - ARRAY['transport_fee', 'handling_charge', 'insurance', 'road_permits', 'fuel', 'other']
                = '{}'::jsonb
            AND fleet.breakdown_total(cost_breakdown) = transfer_cost)),
    CONSTRAINT transfers_pairs_rule CHECK (
        num_nonnulls(approved_by, approved_at) <> 1 AND num_nonnulls(dispatched_by, dispatched_at) <> 1
        AND num_nonnulls(completed_by, completed_at, delivered_on, to_stock_number) IN (0, 4)
        AND num_nonnulls(rejected_by, rejected_at) <> 1 AND num_nonnulls(cancelled_by, cancelled_at) <> 1),
    CONSTRAINT transfers_states_rule CHECK (
        (status NOT IN ('APPROVED', 'IN_TRANSIT', 'COMPLETED') OR approved_at IS NOT NULL)
        AND (status <> 'PENDING' OR approved_at IS NULL)
        AND (status NOT IN ('IN_TRANSIT', 'COMPLETED') OR dispatched_at IS NOT NULL)
        AND (status = 'COMPLETED') = (completed_at IS NOT NULL)
        AND (status = 'REJECTED') = (rejected_at IS NOT NULL)
        AND (status = 'CANCELLED') = (cancelled_at IS NOT NULL)
        AND (status IN ('REJECTED', 'CANCELLED')) = (close_reason IS NOT NULL)),
    CONSTRAINT transfers_approver_rule CHECK (approved_by IS DISTINCT FROM requested_by OR self_approved)
);
CREATE UNIQUE INDEX transfers_open_key ON fleet.transfers (bicycle_id) WHERE status IN ('PENDING', 'APPROVED', 'IN_TRANSIT');
-- D-505: which bikes are on their way to a branch.
CREATE INDEX transfers_inbound_idx ON fleet.transfers (to_branch_id, bicycle_id)
    WHERE status IN ('PENDING', 'APPROVED', 'IN_TRANSIT');
CREATE INDEX transfers_requested_idx ON fleet.transfers (requested_at, id);
CREATE INDEX transfers_completed_idx ON fleet.transfers ((coalesce(completed_at, timestamptz 'epoch')), id);
CREATE INDEX transfers_from_idx ON fleet.transfers (from_branch_id, requested_at, id);
CREATE INDEX transfers_to_idx ON fleet.transfers (to_branch_id, requested_at, id);
CREATE INDEX transfers_status_idx ON fleet.transfers (status, requested_at, id);
CREATE INDEX transfers_bicycle_idx ON fleet.transfers (bicycle_id, requested_at, id);

ALTER TABLE fleet.stock_numbers ADD CONSTRAINT stock_numbers_transfer_fkey
    FOREIGN KEY (transfer_id) REFERENCES fleet.transfers (id);

GRANT SELECT, INSERT, UPDATE ON fleet.transfers TO loan_manager_fleet;
GRANT SELECT ON fleet.transfers TO loan_manager_lifecycle;

COMMIT;
