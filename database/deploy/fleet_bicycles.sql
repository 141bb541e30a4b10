-- Deploy fleet_bicycles: bikes and the stock numbers they carry.
BEGIN;

CREATE TABLE fleet.bicycles (
    id                         uuid PRIMARY KEY,
    title                      text NOT NULL CHECK (char_length(title) BETWEEN 3 AND 200),
    brand                      text NOT NULL CHECK (char_length(brand) BETWEEN 1 AND 100),
    model                      text NOT NULL CHECK (char_length(model) BETWEEN 1 AND 100),
    year                       integer NOT NULL CHECK (year BETWEEN 1990 AND 2999),
    condition                  text NOT NULL DEFAULT 'USED' CHECK (condition IN ('NEW', 'USED')),
    business_model             text NOT NULL DEFAULT 'STOCK' CHECK (business_model = 'STOCK'),
    license_plate              text CHECK (char_length(license_plate) <= 50),
    plate_key                  text,
    plate_unusual              boolean NOT NULL DEFAULT false,
    frame_number               text CHECK (frame_number <> '' AND frame_number !~ '[a-z -]' AND char_length(frame_number) <= 100),
    engine_number              text CHECK (engine_number <> '' AND engine_number !~ '[a-z -]' AND char_length(engine_number) <= 100),
    mileage_km                 integer CHECK (mileage_km >= 0),
    color                      text CHECK (char_length(color) <= 50),
    description                text CHECK (char_length(description) <= 2000),
    status                     text NOT NULL DEFAULT 'IN_STOCK'
        CHECK (status IN ('IN_STOCK', 'ALLOCATED', 'IN_TRANSIT', 'MAINTENANCE', 'SOLD', 'WRITTEN_OFF')),
    allocation_kind            text CHECK (allocation_kind IN ('CUSTOMER', 'TRANSFER')),
    status_before              text CHECK (status_before IN ('IN_STOCK', 'MAINTENANCE')),
    reserved_for               text CHECK (char_length(reserved_for) BETWEEN 1 AND 200),
    reserved_phone             text CHECK (reserved_phone ~ '^\+\d{8,15}$'),
    reserved_until             date,
    company_id                 uuid NOT NULL REFERENCES fleet.companies (id),
    current_branch_id          uuid NOT NULL,
    acquisition_company_id     uuid NOT NULL REFERENCES fleet.companies (id),
    acquisition_branch_id      uuid NOT NULL,
    current_stock_number       text,
    sale_id                    uuid,
    purchase_price             numeric(14, 2) NOT NULL CHECK (purchase_price > 0),
    asking_price               numeric(14, 2) CHECK (asking_price > 0),
    procurement_date           date NOT NULL,
    procurement_source         text NOT NULL DEFAULT 'OTHER'
        CHECK (procurement_source IN ('CUSTOMER', 'AUCTION', 'DEALER', 'TRADE_IN', 'OTHER')),
    bought_method              text CHECK (bought_method IN ('CASH', 'LOAN_CLOSED', 'PREVIOUS_BIKE', 'AUCTION', 'OTHER')),
    bought_method_note         text CHECK (char_length(bought_method_note) <= 100),
    bought_by                  uuid REFERENCES auth.users (id),
    bought_by_name             text CHECK (char_length(bought_by_name) <= 200),
    supplier_name              text CHECK (char_length(supplier_name) <= 200),
    supplier_contact           text CHECK (char_length(supplier_contact) <= 200),
    supplier_address           text CHECK (char_length(supplier_address) <= 500),
    procurement_payment_method text CHECK (char_length(procurement_payment_method) <= 50),
    procurement_invoice_no     text CHECK (char_length(procurement_invoice_no) <= 100),
    procurement_notes          text CHECK (char_length(procurement_notes) <= 1000),
    hand_amount                numeric(14, 2) CHECK (hand_amount >= 0),
    settlement_amount          numeric(14, 2) CHECK (settlement_amount >= 0),
    payment_branch_id          uuid REFERENCES fleet.branches (id),
    cr_location                text CHECK (char_length(cr_location) <= 200),
    first_od                   text CHECK (char_length(first_od) <= 200),
    caller                     text CHECK (char_length(caller) <= 200),
    ldate                      date,
    sk_flag                    boolean NOT NULL DEFAULT false,
    ls_flag                    boolean NOT NULL DEFAULT false,
    house_use                  boolean NOT NULL DEFAULT false,
    -- Projections of the cost ledger (D-703), kept in the transaction that books the entry.
    purchase_total             numeric(14, 2) NOT NULL DEFAULT 0 CHECK (purchase_total >= 0),
    expense_total              numeric(14, 2) NOT NULL DEFAULT 0 CHECK (expense_total >= 0),
    repair_total               numeric(14, 2) NOT NULL DEFAULT 0 CHECK (repair_total >= 0),
    transfer_total             numeric(14, 2) NOT NULL DEFAULT 0 CHECK (transfer_total >= 0),
    total_cost                 numeric(14, 2) NOT NULL
        GENERATED ALWAYS AS (purchase_total + expense_total + repair_total + transfer_total) STORED,
    after_sale_total           numeric(14, 2) NOT NULL DEFAULT 0 CHECK (after_sale_total >= 0),
    trade_in_sale_id           uuid,
    import_row_id              uuid,
    write_off_requested_by     uuid REFERENCES auth.users (id),
    write_off_requested_at     timestamptz,
    write_off_requested_kind   text CHECK (write_off_requested_kind IN ('LOST', 'STOLEN', 'SCRAPPED', 'DATA_ENTRY_ERROR')),
    write_off_requested_reason text CHECK (char_length(write_off_requested_reason) BETWEEN 5 AND 500),
    written_off_by             uuid REFERENCES auth.users (id),
    written_off_at             timestamptz,
    write_off_kind             text
        CHECK (write_off_kind IN ('LOST', 'STOLEN', 'SCRAPPED', 'DATA_ENTRY_ERROR', 'TRADE_IN_RETURNED')),
    write_off_reason           text CHECK (char_length(write_off_reason) BETWEEN 5 AND 500),
    is_demo                    boolean NOT NULL DEFAULT false,
    version                    integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at                 timestamptz NOT NULL DEFAULT now(),
    created_by                 uuid NOT NULL REFERENCES auth.users (id),
    updated_at                 timestamptz NOT NULL DEFAULT now(),
    updated_by                 uuid NOT NULL REFERENCES auth.users (id),
    -- What "contains" searches look at, one fact a line; a search text never holds a newline.
    search_text                text NOT NULL GENERATED ALWAYS AS (
        lower(title || E'\n' || coalesce(license_plate, '') || E'\n' || coalesce(current_stock_number, '') || E'\n'
              || coalesce(frame_number, '') || E'\n' || coalesce(engine_number, ''))) STORED,

    -- The company is always that of the branch.
    CONSTRAINT bicycles_current_branch_fkey FOREIGN KEY (current_branch_id, company_id)
        REFERENCES fleet.branches (id, company_id),
    CONSTRAINT bicycles_acquisition_branch_fkey FOREIGN KEY (acquisition_branch_id, acquisition_company_id)
        REFERENCES fleet.branches (id, company_id),
    CONSTRAINT bicycles_plate_rule CHECK ((license_plate IS NULL) = (plate_key IS NULL)),
    CONSTRAINT bicycles_allocation_rule CHECK ((status = 'ALLOCATED') = (allocation_kind IS NOT NULL)),
    CONSTRAINT bicycles_status_before_rule CHECK (
        (status = 'IN_TRANSIT' OR allocation_kind IS NOT DISTINCT FROM 'TRANSFER') = (status_before IS NOT NULL)),
    CONSTRAINT bicycles_reservation_rule CHECK (
        (allocation_kind IS NOT DISTINCT FROM 'CUSTOMER') = (reserved_for IS NOT NULL)
        AND (reserved_for IS NOT NULL OR num_nonnulls(reserved_phone, reserved_until) = 0)),
    CONSTRAINT bicycles_number_rule CHECK ((status IN ('SOLD', 'WRITTEN_OFF')) = (current_stock_number IS NULL)),
    CONSTRAINT bicycles_sale_rule CHECK ((status = 'SOLD') = (sale_id IS NOT NULL)),
    CONSTRAINT bicycles_purchase_rule CHECK (purchase_total = purchase_price OR status = 'WRITTEN_OFF'),
    CONSTRAINT bicycles_trade_in_rule CHECK ((procurement_source = 'TRADE_IN') = (trade_in_sale_id IS NOT NULL)),
    CONSTRAINT bicycles_write_off_request_rule CHECK (
        num_nonnulls(write_off_requested_by, write_off_requested_at, write_off_requested_kind,
                     write_off_requested_reason) IN (0, 4)),
    CONSTRAINT bicycles_write_off_rule CHECK (
        num_nonnulls(written_off_by, written_off_at, write_off_kind, write_off_reason)
        = CASE WHEN status = 'WRITTEN_OFF' THEN 4 ELSE 0 END)
);

-- D-208: unique among live bikes. Also what decides X-18 when two procurements race.
CREATE UNIQUE INDEX bicycles_live_plate_key ON fleet.bicycles (plate_key) WHERE status NOT IN ('SOLD', 'WRITTEN_OFF');
CREATE UNIQUE INDEX bicycles_live_frame_key ON fleet.bicycles (frame_number) WHERE status NOT IN ('SOLD', 'WRITTEN_OFF');
CREATE UNIQUE INDEX bicycles_live_engine_key ON fleet.bicycles (engine_number) WHERE status NOT IN ('SOLD', 'WRITTEN_OFF');

-- The list endpoint: one index per sort field of the whitelist, each with id as tie-break, …
CREATE INDEX bicycles_created_idx ON fleet.bicycles (created_at, id);
CREATE INDEX bicycles_procured_idx ON fleet.bicycles (procurement_date, id);
CREATE INDEX bicycles_brand_idx ON fleet.bicycles (brand, id);
CREATE INDEX bicycles_year_idx ON fleet.bicycles (year, id);
CREATE INDEX bicycles_price_idx ON fleet.bicycles (purchase_price, id);
-- … sold bikes carry no number and sort last as the empty text …
CREATE INDEX bicycles_number_idx ON fleet.bicycles ((coalesce(current_stock_number, '')), id);
-- … and the default order within a branch, within the live and the written-off bikes, and the live ones of a branch.
CREATE INDEX bicycles_branch_created_idx ON fleet.bicycles (current_branch_id, created_at, id);
CREATE INDEX bicycles_live_created_idx ON fleet.bicycles (created_at, id) WHERE status NOT IN ('SOLD', 'WRITTEN_OFF');
CREATE INDEX bicycles_written_off_idx ON fleet.bicycles (created_at, id) WHERE status = 'WRITTEN_OFF';
CREATE INDEX bicycles_live_branch_idx ON fleet.bicycles (current_branch_id, status) WHERE status NOT IN ('SOLD', 'WRITTEN_OFF');
CREATE INDEX bicycles_acquisition_idx ON fleet.bicycles (acquisition_branch_id, procurement_date, id);
CREATE INDEX bicycles_model_idx ON fleet.bicycles (model, created_at, id);
CREATE INDEX bicycles_search_idx ON fleet.bicycles USING gin (search_text gin_trgm_ops);
CREATE INDEX bicycles_reserved_until_idx ON fleet.bicycles (reserved_until) WHERE allocation_kind = 'CUSTOMER';
CREATE INDEX bicycles_sale_idx ON fleet.bicycles (sale_id) WHERE sale_id IS NOT NULL;
CREATE UNIQUE INDEX bicycles_trade_in_sale_key ON fleet.bicycles (trade_in_sale_id) WHERE trade_in_sale_id IS NOT NULL;

CREATE TABLE fleet.stock_numbers (
    id             uuid PRIMARY KEY,
    bicycle_id     uuid NOT NULL REFERENCES fleet.bicycles (id),
    company_id     uuid NOT NULL,
    branch_id      uuid NOT NULL,
    running_number integer NOT NULL CHECK (running_number BETWEEN 1 AND 999999),
    full_number    text NOT NULL CONSTRAINT stock_numbers_full_number_key UNIQUE
        CHECK (full_number ~ '^[A-Z]{2,10}/[A-Z]{2,5}/ST/\d{4,6}$'),
    assigned_by    uuid NOT NULL REFERENCES auth.users (id),
    assigned_at    timestamptz NOT NULL DEFAULT now(),
    assign_reason  text NOT NULL CHECK (assign_reason IN ('PURCHASE', 'TRADE_IN', 'TRANSFER_IN', 'IMPORT')),
    released_by    uuid REFERENCES auth.users (id),
    released_at    timestamptz,
    release_reason text CHECK (release_reason IN ('TRANSFERRED_OUT', 'SOLD', 'WRITTEN_OFF')),
    previous_id    uuid,
    transfer_id    uuid CONSTRAINT stock_numbers_transfer_key UNIQUE,
    CONSTRAINT stock_numbers_branch_fkey FOREIGN KEY (branch_id, company_id) REFERENCES fleet.branches (id, company_id),
    CONSTRAINT stock_numbers_running_key UNIQUE (branch_id, running_number),
    CONSTRAINT stock_numbers_id_bicycle_key UNIQUE (id, bicycle_id),
    CONSTRAINT stock_numbers_place_key UNIQUE (full_number, bicycle_id, branch_id),
    CONSTRAINT stock_numbers_previous_fkey FOREIGN KEY (previous_id, bicycle_id)
        REFERENCES fleet.stock_numbers (id, bicycle_id),
    CONSTRAINT stock_numbers_text_rule CHECK (
        split_part(full_number, '/', 4)
        = lpad(running_number::text, greatest(4, length(running_number::text)), '0')),
    CONSTRAINT stock_numbers_release_rule CHECK (
        num_nonnulls(released_by, released_at, release_reason) IN (0, 3) AND released_at >= assigned_at),
    CONSTRAINT stock_numbers_chain_rule CHECK (
        (assign_reason = 'TRANSFER_IN') = (previous_id IS NOT NULL)
        AND (assign_reason = 'TRANSFER_IN') = (transfer_id IS NOT NULL))
);
CREATE UNIQUE INDEX stock_numbers_open_key ON fleet.stock_numbers (bicycle_id) WHERE released_at IS NULL;
CREATE INDEX stock_numbers_bicycle_idx ON fleet.stock_numbers (bicycle_id, assigned_at, id);

-- The current number is one this bike carries at the branch where it stands. Both rows are written by one command.
ALTER TABLE fleet.bicycles ADD CONSTRAINT bicycles_current_number_fkey
    FOREIGN KEY (current_stock_number, id, current_branch_id)
    REFERENCES fleet.stock_numbers (full_number, bicycle_id, branch_id) DEFERRABLE INITIALLY DEFERRED;

GRANT SELECT, INSERT, UPDATE ON fleet.bicycles, fleet.stock_numbers TO loan_manager_fleet;
GRANT SELECT ON fleet.bicycles, fleet.stock_numbers TO loan_manager_lifecycle;

COMMIT;
