-- Deploy fleet_organisation: companies, branches, and the counters that number bikes and documents.
BEGIN;

CREATE TABLE fleet.companies (
    id             uuid PRIMARY KEY,
    code           text NOT NULL CONSTRAINT companies_code_key UNIQUE CHECK (code ~ '^[A-Z]{2,10}$'),
    name           text NOT NULL CHECK (char_length(name) BETWEEN 3 AND 200),
    district       text NOT NULL CHECK (char_length(district) BETWEEN 2 AND 100),
    contact_person text CHECK (char_length(contact_person) <= 200),
    contact_phone  text CHECK (contact_phone ~ '^\+\d{8,15}$'),
    contact_email  text CHECK (char_length(contact_email) <= 200 AND contact_email ~ '^[^@]+@[^@]+$'),
    address        text CHECK (char_length(address) <= 500),
    tax_id         text CHECK (char_length(tax_id) <= 50),
    is_active      boolean NOT NULL DEFAULT true,
    is_demo        boolean NOT NULL DEFAULT false,
    version        integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     uuid NOT NULL REFERENCES auth.users (id),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    updated_by     uuid NOT NULL REFERENCES auth.users (id)
);

CREATE TABLE fleet.branches (
    id               uuid PRIMARY KEY,
    code             text NOT NULL CONSTRAINT branches_code_key UNIQUE CHECK (code ~ '^[A-Z]{2,5}$'),
    name             text NOT NULL CHECK (char_length(name) BETWEEN 2 AND 200),
    company_id       uuid NOT NULL REFERENCES fleet.companies (id),
    district         text NOT NULL CHECK (char_length(district) BETWEEN 2 AND 100),
    is_repair_center boolean NOT NULL DEFAULT false,
    is_active        boolean NOT NULL DEFAULT true,
    display_order    integer NOT NULL DEFAULT 0,
    address          text CHECK (char_length(address) <= 500),
    phone            text CHECK (phone ~ '^\+\d{8,15}$'),
    operating_hours  text CHECK (char_length(operating_hours) <= 200),
    latitude         double precision CHECK (latitude BETWEEN -90 AND 90),
    longitude        double precision CHECK (longitude BETWEEN -180 AND 180),
    is_demo          boolean NOT NULL DEFAULT false,
    version          integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at       timestamptz NOT NULL DEFAULT now(),
    created_by       uuid NOT NULL REFERENCES auth.users (id),
    updated_at       timestamptz NOT NULL DEFAULT now(),
    updated_by       uuid NOT NULL REFERENCES auth.users (id),
    -- Target of the foreign keys that tie "company" to "company of the branch" in every other table.
    CONSTRAINT branches_id_company_key UNIQUE (id, company_id)
);
CREATE INDEX branches_company_idx ON fleet.branches (company_id);

-- The last running number each branch has issued (D-602). fillfactor leaves room for HOT updates of a hot row.
CREATE TABLE fleet.stock_counters (
    branch_id        uuid PRIMARY KEY REFERENCES fleet.branches (id),
    last_number      integer NOT NULL DEFAULT 0 CHECK (last_number BETWEEN 0 AND 999999),
    last_assigned_at timestamptz
) WITH (fillfactor = 50);

-- Numbers of transfers, jobs and invoices per scope and Colombo year (D-604).
CREATE TABLE fleet.document_counters (
    kind        text NOT NULL CHECK (kind IN ('TRANSFER', 'JOB', 'INVOICE')),
    scope_code  text NOT NULL CHECK (scope_code ~ '^[A-Z]{2,10}$'),
    year        integer NOT NULL CHECK (year BETWEEN 2000 AND 2999),
    last_number integer NOT NULL DEFAULT 0 CHECK (last_number >= 0),
    PRIMARY KEY (kind, scope_code, year)
) WITH (fillfactor = 50);

GRANT SELECT, INSERT, UPDATE ON fleet.companies, fleet.branches, fleet.stock_counters, fleet.document_counters
    TO loan_manager_fleet;
-- fleet checks that a buyer or officer exists, is active and belongs to the branch; never sees secrets.
GRANT SELECT (id, username, staff_no, full_name, roles, company_scope, branch_scope, is_active) ON auth.users
    TO loan_manager_fleet;
-- auth resolves branch and company codes of a user's scope; the refresher joins names into reports.
GRANT SELECT ON fleet.companies, fleet.branches TO loan_manager_auth, loan_manager_lifecycle;
GRANT SELECT ON fleet.stock_counters, fleet.document_counters TO loan_manager_lifecycle;

COMMIT;
