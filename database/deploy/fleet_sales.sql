-- Deploy fleet_sales: sales, and the commissions they earn.
BEGIN;

CREATE TABLE fleet.sales (
    id                   uuid PRIMARY KEY,
    bicycle_id           uuid NOT NULL REFERENCES fleet.bicycles (id),
    status               text NOT NULL DEFAULT 'ACTIVE' CHECK (status IN ('ACTIVE', 'VOID_PENDING', 'VOIDED')),
    invoice_no           text NOT NULL CONSTRAINT sales_invoice_no_key UNIQUE CHECK (char_length(invoice_no) <= 30),
    selling_branch_id    uuid NOT NULL,
    selling_company_id   uuid NOT NULL,
    stock_number_at_sale text NOT NULL REFERENCES fleet.stock_numbers (full_number),
    sale_date            date NOT NULL,
    selling_price        numeric(14, 2) NOT NULL CHECK (selling_price > 0),
    payment_method       text NOT NULL CHECK (payment_method IN ('CASH', 'BANK_TRANSFER', 'FINANCE', 'TRADE_IN', 'MIXED')),
    cash_amount          numeric(14, 2) NOT NULL DEFAULT 0 CHECK (cash_amount >= 0),
    bank_amount          numeric(14, 2) NOT NULL DEFAULT 0 CHECK (bank_amount >= 0),
    down_payment         numeric(14, 2) NOT NULL DEFAULT 0 CHECK (down_payment >= 0),
    financed_amount      numeric(14, 2) NOT NULL DEFAULT 0 CHECK (financed_amount >= 0),
    trade_in_value       numeric(14, 2) NOT NULL DEFAULT 0 CHECK (trade_in_value >= 0),
    finance_institution  text CHECK (char_length(finance_institution) BETWEEN 1 AND 200),
    trade_in_bicycle_id  uuid CONSTRAINT sales_trade_in_bicycle_key UNIQUE
        REFERENCES fleet.bicycles (id) DEFERRABLE INITIALLY DEFERRED,
    customer_name        text CHECK (char_length(customer_name) BETWEEN 1 AND 200),
    customer_phone       text CHECK (customer_phone ~ '^\+\d{8,15}$'),
    customer_nic         text CHECK (customer_nic ~ '^[A-Z0-9]{6,12}$'),
    customer_address     text CHECK (char_length(customer_address) BETWEEN 1 AND 500),
    customer_email       text CHECK (char_length(customer_email) <= 200 AND customer_email ~ '^[^@]+@[^@]+$'),
    delivery_date        date CHECK (delivery_date >= sale_date),
    warranty_months      integer CHECK (warranty_months BETWEEN 0 AND 60),
    notes                text CHECK (char_length(notes) <= 1000),
    sold_by              uuid REFERENCES auth.users (id),
    total_cost           numeric(14, 2) NOT NULL CHECK (total_cost >= 0),
    profit               numeric(14, 2) NOT NULL,
    margin_pct           numeric(12, 2) NOT NULL,
    markup_pct           numeric(12, 2),
    loss_acknowledged_by uuid REFERENCES auth.users (id),
    recorded_at          timestamptz NOT NULL DEFAULT now(),
    void_requested_by    uuid REFERENCES auth.users (id),
    void_requested_at    timestamptz,
    void_reason          text CHECK (char_length(void_reason) BETWEEN 5 AND 500),
    voided_by            uuid REFERENCES auth.users (id),
    voided_at            timestamptz,
    void_second_approver uuid REFERENCES auth.users (id),
    import_row_id        uuid,
    is_demo              boolean NOT NULL DEFAULT false,
    version              integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at           timestamptz NOT NULL DEFAULT now(),
    created_by           uuid NOT NULL REFERENCES auth.users (id),
    updated_at           timestamptz NOT NULL DEFAULT now(),
    updated_by           uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT sales_branch_fkey FOREIGN KEY (selling_branch_id, selling_company_id)
        REFERENCES fleet.branches (id, company_id),
    CONSTRAINT sales_id_bicycle_key UNIQUE (id, bicycle_id),
    CONSTRAINT sales_sum_rule CHECK (
        cash_amount + bank_amount + down_payment + financed_amount + trade_in_value = selling_price),
    -- D-707: which amounts each method may hold.
    CONSTRAINT sales_method_rule CHECK (
        CASE payment_method
            WHEN 'CASH' THEN cash_amount = selling_price
            WHEN 'BANK_TRANSFER' THEN bank_amount = selling_price
            WHEN 'FINANCE' THEN financed_amount > 0 AND cash_amount + bank_amount + trade_in_value = 0
            WHEN 'TRADE_IN' THEN trade_in_value > 0 AND down_payment + financed_amount = 0
            ELSE (cash_amount > 0)::int + (bank_amount > 0)::int + (down_payment > 0)::int
                 + (financed_amount > 0)::int + (trade_in_value > 0)::int >= 2
                 AND (down_payment = 0 OR financed_amount > 0) END
        AND (finance_institution IS NOT NULL) = (financed_amount > 0)
        AND (trade_in_bicycle_id IS NOT NULL) = (trade_in_value > 0)),
    CONSTRAINT sales_profit_rule CHECK (profit = selling_price - total_cost),
    CONSTRAINT sales_margin_rule CHECK (margin_pct = round(profit / selling_price * 100, 2)),
    CONSTRAINT sales_markup_rule CHECK (
        CASE WHEN total_cost = 0 THEN markup_pct IS NULL
             ELSE markup_pct IS NOT DISTINCT FROM round(profit / nullif(total_cost, 0) * 100, 2) END),
    CONSTRAINT sales_customer_rule CHECK (
        import_row_id IS NOT NULL
        OR num_nulls(customer_name, customer_phone, customer_nic, customer_address, sold_by) = 0),
    CONSTRAINT sales_void_rule CHECK (
        (status = 'ACTIVE') = (void_requested_by IS NULL)
        AND num_nonnulls(void_requested_by, void_requested_at, void_reason) IN (0, 3)
        AND (status = 'VOIDED') = (voided_at IS NOT NULL) AND num_nonnulls(voided_by, voided_at) <> 1
        AND (void_second_approver IS NULL OR status = 'VOIDED')),
    CONSTRAINT sales_second_approver_rule CHECK (
        void_second_approver IS DISTINCT FROM void_requested_by OR void_second_approver IS NULL),
    CONSTRAINT sales_void_window_rule CHECK (
        status <> 'VOIDED' OR void_second_approver IS NOT NULL
        OR void_requested_at <= recorded_at + interval '24 hours')
);
CREATE UNIQUE INDEX sales_live_bicycle_key ON fleet.sales (bicycle_id) WHERE status <> 'VOIDED';
CREATE INDEX sales_date_idx ON fleet.sales (sale_date, id);
CREATE INDEX sales_price_idx ON fleet.sales (selling_price, id);
CREATE INDEX sales_branch_idx ON fleet.sales (selling_branch_id, sale_date, id);
CREATE INDEX sales_officer_idx ON fleet.sales (sold_by, sale_date, id);
CREATE INDEX sales_bicycle_idx ON fleet.sales (bicycle_id, recorded_at, id);
CREATE INDEX sales_pending_idx ON fleet.sales (selling_branch_id) WHERE status = 'VOID_PENDING';

-- A sold bike points at its sale; a trade-in bike at the sale that brought it in.
ALTER TABLE fleet.bicycles
    ADD CONSTRAINT bicycles_sale_fkey FOREIGN KEY (sale_id, id)
        REFERENCES fleet.sales (id, bicycle_id) DEFERRABLE INITIALLY DEFERRED,
    ADD CONSTRAINT bicycles_trade_in_sale_fkey FOREIGN KEY (trade_in_sale_id)
        REFERENCES fleet.sales (id) DEFERRABLE INITIALLY DEFERRED;

CREATE TABLE fleet.commission_rules (
    id             uuid PRIMARY KEY,
    company_id     uuid NOT NULL REFERENCES fleet.companies (id),
    name           text NOT NULL CHECK (char_length(name) BETWEEN 1 AND 200),
    base           text NOT NULL CHECK (base IN ('PROFIT', 'SALE_PRICE')),
    pool_rate      numeric(5, 2) NOT NULL DEFAULT 5.00 CHECK (pool_rate > 0 AND pool_rate <= 100),
    buyer_share    numeric(5, 2) NOT NULL CHECK (buyer_share BETWEEN 0 AND 100),
    seller_share   numeric(5, 2) NOT NULL CHECK (seller_share BETWEEN 0 AND 100),
    officer_share  numeric(5, 2) NOT NULL CHECK (officer_share BETWEEN 0 AND 100),
    garage_kind    text NOT NULL DEFAULT 'NONE' CHECK (garage_kind IN ('PERCENTAGE', 'FIXED', 'NONE')),
    garage_share   numeric(5, 2) NOT NULL DEFAULT 0 CHECK (garage_share BETWEEN 0 AND 100),
    garage_amount  numeric(14, 2) CHECK (garage_amount > 0),
    pay_on_loss    boolean NOT NULL DEFAULT false,
    effective_from date NOT NULL,
    effective_to   date,
    is_active      boolean NOT NULL DEFAULT true,
    is_demo        boolean NOT NULL DEFAULT false,
    version        integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at     timestamptz NOT NULL DEFAULT now(),
    created_by     uuid NOT NULL REFERENCES auth.users (id),
    updated_at     timestamptz NOT NULL DEFAULT now(),
    updated_by     uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT commission_rules_period_rule CHECK (effective_to >= effective_from),
    CONSTRAINT commission_rules_shares_rule CHECK (buyer_share + seller_share + garage_share + officer_share <= 100),
    CONSTRAINT commission_rules_garage_rule CHECK (
        (garage_kind = 'PERCENTAGE' OR garage_share = 0) AND (garage_kind = 'FIXED') = (garage_amount IS NOT NULL)),
    CONSTRAINT commission_rules_overlap_excl EXCLUDE USING gist (
        company_id WITH =, daterange(effective_from, effective_to, '[]') WITH &&) WHERE (is_active)
);

CREATE TABLE fleet.commissions (
    id                uuid PRIMARY KEY,
    sale_id           uuid NOT NULL REFERENCES fleet.sales (id),
    rule_id           uuid NOT NULL REFERENCES fleet.commission_rules (id),
    kind              text NOT NULL CHECK (kind IN ('BUYER', 'SELLER', 'GARAGE', 'SALES_OFFICER')),
    branch_id         uuid NOT NULL REFERENCES fleet.branches (id),
    payee_user_id     uuid REFERENCES auth.users (id),
    base_amount       numeric(14, 2) NOT NULL,
    pool_rate         numeric(5, 2) NOT NULL,
    pool_amount       numeric(14, 2) NOT NULL,
    share_percent     numeric(5, 2) CHECK (share_percent > 0 AND share_percent <= 100),
    amount            numeric(14, 2) NOT NULL,
    period_month      date NOT NULL CHECK (extract(day FROM period_month) = 1),
    status            text NOT NULL DEFAULT 'PENDING'
        CHECK (status IN ('PENDING', 'APPROVED', 'PAID', 'REJECTED', 'REVERSED')),
    approved_by       uuid REFERENCES auth.users (id),
    approved_at       timestamptz,
    paid_by           uuid REFERENCES auth.users (id),
    paid_at           timestamptz,
    payment_reference text CHECK (char_length(payment_reference) BETWEEN 1 AND 100),
    rejected_by       uuid REFERENCES auth.users (id),
    rejected_at       timestamptz,
    reject_reason     text CHECK (char_length(reject_reason) BETWEEN 5 AND 500),
    reverses_id       uuid CONSTRAINT commissions_reverses_key UNIQUE REFERENCES fleet.commissions (id),
    is_demo           boolean NOT NULL DEFAULT false,
    version           integer NOT NULL DEFAULT 1 CHECK (version > 0),
    created_at        timestamptz NOT NULL DEFAULT now(),
    created_by        uuid NOT NULL REFERENCES auth.users (id),
    updated_at        timestamptz NOT NULL DEFAULT now(),
    updated_by        uuid NOT NULL REFERENCES auth.users (id),
    CONSTRAINT commissions_payee_rule CHECK ((kind = 'SALES_OFFICER') = (payee_user_id IS NOT NULL)),
    CONSTRAINT commissions_pool_rule CHECK (pool_amount > 0 AND pool_amount = round(base_amount * pool_rate / 100, 2)),
    CONSTRAINT commissions_amount_rule CHECK (
        CASE WHEN reverses_id IS NULL THEN amount > 0 AND amount <= pool_amount ELSE amount < 0 END),
    -- Nobody approves or pays his own commission.
    CONSTRAINT commissions_approver_rule CHECK (approved_by <> payee_user_id),
    CONSTRAINT commissions_payer_rule CHECK (paid_by <> payee_user_id),
    CONSTRAINT commissions_states_rule CHECK (
        (status = 'PAID') = (paid_at IS NOT NULL) AND num_nonnulls(paid_by, paid_at, payment_reference) IN (0, 3)
        AND (status = 'REJECTED') = (rejected_at IS NOT NULL)
        AND num_nonnulls(rejected_by, rejected_at, reject_reason) IN (0, 3)
        AND num_nonnulls(approved_by, approved_at) <> 1
        AND (status NOT IN ('APPROVED', 'PAID') OR reverses_id IS NOT NULL OR approved_at IS NOT NULL))
);
CREATE UNIQUE INDEX commissions_sale_kind_key ON fleet.commissions (sale_id, kind) WHERE reverses_id IS NULL;
CREATE INDEX commissions_sale_idx ON fleet.commissions (sale_id, id);
CREATE INDEX commissions_rule_idx ON fleet.commissions (rule_id);
CREATE INDEX commissions_period_idx ON fleet.commissions (period_month, id);
CREATE INDEX commissions_amount_idx ON fleet.commissions (amount, id);
CREATE INDEX commissions_branch_idx ON fleet.commissions (branch_id, period_month, id);
CREATE INDEX commissions_payee_idx ON fleet.commissions (payee_user_id, period_month, id) WHERE payee_user_id IS NOT NULL;
CREATE INDEX commissions_pending_idx ON fleet.commissions (branch_id) WHERE status = 'PENDING';

-- The prices of a bike that somebody who may not see its cost has asked about since a day began: whether they are a loss
-- tells where the cost lies. Without foreign keys, which would make a look at a price wait for whatever is done with the
-- bike; rows are of no use after a day, and removed then.
CREATE TABLE fleet.price_questions (
    user_id    uuid NOT NULL,
    bicycle_id uuid NOT NULL,
    since      timestamptz NOT NULL,
    prices     numeric(14, 2)[] NOT NULL,
    PRIMARY KEY (user_id, bicycle_id)
);
CREATE INDEX price_questions_since_idx ON fleet.price_questions (since);

GRANT SELECT, INSERT, UPDATE, DELETE ON fleet.price_questions TO loan_manager_fleet;
GRANT SELECT, INSERT, UPDATE ON fleet.sales, fleet.commission_rules, fleet.commissions TO loan_manager_fleet;
GRANT SELECT ON fleet.sales, fleet.commission_rules, fleet.commissions TO loan_manager_lifecycle;

COMMIT;
