// Every invariant can fail: one corruption each, of data that is sound otherwise, and the row it names.
#include <doctest/doctest.h>

#include <set>

#include "lifecycle/support/scratch_database.hpp"
#include "tools/commands/invariants.hpp"

using namespace loan_manager;
using testing::ScratchDatabase;
using testing::Session;

namespace {

// Names for the rows below.
constexpr const char* names = R"(
    CREATE FUNCTION pg_temp.bike(n int) RETURNS uuid STABLE LANGUAGE sql AS
        $$ SELECT bicycle_id FROM stock_numbers WHERE full_number = 'MA/WW/ST/' || lpad(n::text, 4, '0') $$;
    CREATE FUNCTION pg_temp.place(code_ text) RETURNS uuid STABLE LANGUAGE sql AS
        $$ SELECT id FROM branches WHERE code = code_ $$;
    CREATE FUNCTION pg_temp.ma() RETURNS uuid STABLE LANGUAGE sql AS $$ SELECT id FROM companies WHERE code = 'MA' $$;
    CREATE FUNCTION pg_temp.who(name text) RETURNS uuid STABLE LANGUAGE sql AS
        $$ SELECT id FROM users WHERE username = name $$;
    CREATE FUNCTION pg_temp.sale(bike_ int) RETURNS uuid STABLE LANGUAGE sql AS
        $$ SELECT id FROM sales WHERE bicycle_id = pg_temp.bike(bike_) $$;
    CREATE FUNCTION pg_temp.book(bike_ int, type text, source text, source_id uuid, amount numeric) RETURNS uuid
        LANGUAGE sql AS $$
        INSERT INTO cost_ledger (id, bicycle_id, branch_id, entry_type, amount, entry_date, source_table, source_id,
                                 source_version, description, created_by)
        SELECT gen_random_uuid(), pg_temp.bike(bike_), pg_temp.place('WW'), type, amount, current_date, source,
               source_id, 1, 'Booked', pg_temp.who('boss') RETURNING id $$;
    CREATE FUNCTION pg_temp.reverse(entry uuid) RETURNS void LANGUAGE sql AS $$
        INSERT INTO cost_ledger (id, bicycle_id, branch_id, entry_type, amount, entry_date, source_table, source_id,
                                 source_version, reverses_id, description, created_by)
        SELECT gen_random_uuid(), bicycle_id, branch_id, entry_type, -amount, entry_date, source_table, source_id,
               source_version, id, 'Reversed', created_by FROM cost_ledger WHERE id = entry $$;
    CREATE FUNCTION pg_temp.note(type text, id_ uuid) RETURNS void LANGUAGE sql AS $$
        INSERT INTO audit_log (id, username, action, entity_type, entity_id, request_id)
        VALUES (gen_random_uuid(), 'system', 'SOMETHING_DONE', type, id_, 'test') $$;
)";

// Bikes 1 to 9 of WW: plain, with expenses, in the workshop, transferred to MO, sold against a trade-in, that trade-in,
// sold and voided, on its way to MO, reserved.
constexpr const char* sound = R"(
    INSERT INTO expenses (id, bicycle_id, branch_id, expense_date, category, description, amount, created_by, updated_by)
    SELECT gen_random_uuid(), pg_temp.bike(2), pg_temp.place('WW'), current_date, 'CLEANING', 'Washed', 500,
           pg_temp.who('boss'), pg_temp.who('boss');
    SELECT pg_temp.book(2, 'EXPENSE', 'expenses', id, amount) FROM expenses;
    UPDATE bicycles SET expense_total = 500 WHERE id = pg_temp.bike(2);

    INSERT INTO repair_jobs (id, job_no, bicycle_id, branch_id, job_type, category, parts_cost, total_cost, total_price,
                             created_by, updated_by)
    SELECT gen_random_uuid(), 'WO-WW-26-00001', pg_temp.bike(3), pg_temp.place('WW'), 'MAINTENANCE', 'MAINTENANCE', 100,
           100, 120, pg_temp.who('boss'), pg_temp.who('boss');
    INSERT INTO repair_job_lines (id, job_id, kind, description, quantity, unit_cost, unit_price, cost, price,
                                  created_by, updated_by)
    SELECT gen_random_uuid(), id, 'PART', 'Brake pad', 2, 50, 60, 100, 120, created_by, created_by FROM repair_jobs;
    UPDATE bicycles SET status = 'MAINTENANCE' WHERE id = pg_temp.bike(3);

    INSERT INTO transfers (id, transfer_no, bicycle_id, from_branch_id, to_branch_id, status, reason_code, transfer_cost,
                           cost_breakdown, from_stock_number, to_stock_number, is_inter_company, requested_by,
                           approved_by, approved_at, dispatched_by, dispatched_at, completed_by, completed_at,
                           delivered_on, created_by, updated_by)
    SELECT gen_random_uuid(), 'TRF-WW-26-00001', pg_temp.bike(4), pg_temp.place('WW'), pg_temp.place('MO'), 'COMPLETED',
           'CONSOLIDATION', 300, '{"fuel": "300.00"}', 'MA/WW/ST/0004', 'MA/MO/ST/0001', false, o, b, now(), b, now(), b,
           now(), current_date, o, b FROM pg_temp.who('officer') o, pg_temp.who('boss') b;
    UPDATE stock_numbers SET released_by = pg_temp.who('boss'), released_at = now(), release_reason = 'TRANSFERRED_OUT'
    WHERE full_number = 'MA/WW/ST/0004';
    INSERT INTO stock_numbers (id, bicycle_id, company_id, branch_id, running_number, full_number, assigned_by,
                               assigned_at, assign_reason, previous_id, transfer_id)
    SELECT gen_random_uuid(), p.bicycle_id, p.company_id, pg_temp.place('MO'), 1, 'MA/MO/ST/0001', p.released_by,
           p.released_at, 'TRANSFER_IN', p.id, t.id
    FROM stock_numbers p, transfers t WHERE p.full_number = 'MA/WW/ST/0004';
    UPDATE stock_counters SET last_number = 1 WHERE branch_id = pg_temp.place('MO');
    UPDATE bicycles SET current_branch_id = pg_temp.place('MO'), current_stock_number = 'MA/MO/ST/0001',
           transfer_total = 300 WHERE id = pg_temp.bike(4);
    SELECT pg_temp.book(4, 'TRANSFER', 'transfers', id, transfer_cost), pg_temp.note('transfer', id) FROM transfers;

    INSERT INTO sales (id, bicycle_id, status, invoice_no, selling_branch_id, selling_company_id, stock_number_at_sale,
                       sale_date, selling_price, payment_method, cash_amount, trade_in_value, trade_in_bicycle_id,
                       customer_name, customer_phone, customer_nic, customer_address, sold_by, total_cost, profit,
                       margin_pct, markup_pct, recorded_at, void_requested_by, void_requested_at, void_reason,
                       voided_by, voided_at, created_by, updated_by)
    SELECT gen_random_uuid(), pg_temp.bike(x.bike), x.status, 'INV-MA-26-00000' || x.bike, pg_temp.place('WW'),
           pg_temp.ma(), 'MA/WW/ST/000' || x.bike, current_date, 200000, x.method, 200000 - x.trade_in, x.trade_in,
           CASE WHEN x.trade_in > 0 THEN pg_temp.bike(6) END, 'Nimal', '+94771234567', '853400937V', 'Wellawaya', o,
           150000, 50000, 25, 33.33, now() - interval '2 hours', CASE WHEN x.reason IS NOT NULL THEN b END,
           CASE WHEN x.reason IS NOT NULL THEN now() - interval '1 hour' END, x.reason,
           CASE WHEN x.reason IS NOT NULL THEN b END, CASE WHEN x.reason IS NOT NULL THEN now() END, o, o
    FROM pg_temp.who('officer') o, pg_temp.who('boss') b,
         (VALUES (5, 'ACTIVE', 'TRADE_IN', 80000, NULL), (7, 'VOIDED', 'CASH', 0, 'Returned'))
             AS x (bike, status, method, trade_in, reason);
    UPDATE stock_numbers SET released_by = pg_temp.who('officer'), released_at = now(), release_reason = 'SOLD'
    WHERE full_number = 'MA/WW/ST/0005';
    UPDATE bicycles SET status = 'SOLD', sale_id = pg_temp.sale(5), current_stock_number = NULL
    WHERE id = pg_temp.bike(5);
    UPDATE bicycles SET procurement_source = 'TRADE_IN', trade_in_sale_id = pg_temp.sale(5) WHERE id = pg_temp.bike(6);
    SELECT pg_temp.book(5, 'SALE', 'sales', pg_temp.sale(5), 200000),
           pg_temp.reverse(pg_temp.book(7, 'SALE', 'sales', pg_temp.sale(7), 200000));
    SELECT pg_temp.note('sale', id) FROM sales;

    INSERT INTO commission_rules (id, company_id, name, base, buyer_share, seller_share, officer_share, effective_from,
                                  created_by, updated_by)
    SELECT gen_random_uuid(), pg_temp.ma(), 'Rule', 'PROFIT', 40, 30, 30, '2020-01-01', b, b FROM pg_temp.who('boss') b;
    INSERT INTO commissions (id, sale_id, rule_id, kind, branch_id, payee_user_id, base_amount, pool_rate, pool_amount,
                             share_percent, amount, period_month, status, approved_by, approved_at, paid_by, paid_at,
                             payment_reference, created_by, updated_by)
    SELECT gen_random_uuid(), pg_temp.sale(x.bike), r.id, x.kind, pg_temp.place('WW'),
           CASE WHEN x.kind = 'SALES_OFFICER' THEN pg_temp.who('officer') END, 50000, 5, 2500, 30, 750,
           date_trunc('month', current_date), x.status, CASE WHEN x.status = 'PAID' THEN r.created_by END,
           CASE WHEN x.status = 'PAID' THEN now() END, CASE WHEN x.status = 'PAID' THEN r.created_by END,
           CASE WHEN x.status = 'PAID' THEN now() END, CASE WHEN x.status = 'PAID' THEN 'CHQ 1' END, r.created_by,
           r.created_by
    FROM commission_rules r,
         (VALUES (5, 'BUYER', 'PENDING'), (5, 'SALES_OFFICER', 'PAID'), (7, 'BUYER', 'REVERSED'), (7, 'SELLER', 'PAID'))
             AS x (bike, kind, status);
    INSERT INTO commissions (id, sale_id, rule_id, kind, branch_id, base_amount, pool_rate, pool_amount, amount,
                             period_month, status, reverses_id, created_by, updated_by)
    SELECT gen_random_uuid(), sale_id, rule_id, kind, branch_id, base_amount, pool_rate, pool_amount, -amount,
           period_month, 'APPROVED', id, created_by, created_by FROM commissions WHERE kind = 'SELLER';

    INSERT INTO transfers (id, transfer_no, bicycle_id, from_branch_id, to_branch_id, reason_code, from_stock_number,
                           is_inter_company, requested_by, created_by, updated_by)
    SELECT gen_random_uuid(), 'TRF-WW-26-00002', pg_temp.bike(8), pg_temp.place('WW'), pg_temp.place('MO'),
           'CONSOLIDATION', 'MA/WW/ST/0008', false, o, o, o FROM pg_temp.who('officer') o;
    UPDATE bicycles SET status = 'ALLOCATED', allocation_kind = 'TRANSFER', status_before = 'IN_STOCK'
    WHERE id = pg_temp.bike(8);
    UPDATE bicycles SET status = 'ALLOCATED', allocation_kind = 'CUSTOMER', reserved_for = 'Kamal'
    WHERE id = pg_temp.bike(9);

    REFRESH MATERIALIZED VIEW bike_cost_summary;
    INSERT INTO view_refreshes (id, view_name, trigger, status, started_at, finished_at, rows, duration_ms, covers_seq)
    SELECT gen_random_uuid(), 'bike_cost_summary', 'MANUAL', 'OK', now(), now(), 1, 1, max(seq) - 1 FROM outbox;
)";

// What would refuse the corruptions: a database that has lost its constraints, or a superuser who goes around them.
constexpr const char* relax = R"(
    DO $$
    DECLARE
        c record;
    BEGIN
        FOR c IN SELECT conrelid::regclass AS t, conname FROM pg_constraint
                 WHERE connamespace = 'fleet'::regnamespace AND contype IN ('c', 'f', 'u', 'x') AND conparentid = 0
                 ORDER BY contype <> 'f' LOOP
            EXECUTE format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I CASCADE', c.t, c.conname);
        END LOOP;
        FOR c IN SELECT indexrelid::regclass AS i FROM pg_index JOIN pg_class t ON t.oid = indrelid
                 WHERE t.relnamespace = 'fleet'::regnamespace AND indisunique AND NOT indisprimary LOOP
            EXECUTE format('DROP INDEX %s', c.i);
        END LOOP;
    END
    $$;
    SET session_replication_role = replica;
)";

struct Corruption {
    const char* violates;  // every invariant it breaks; the first is the one in question
    const char* sql;
    const char* row;  // what the first one names
};

constexpr Corruption corruptions[] = {
    {"I-01",
     "UPDATE stock_numbers SET released_at = now() WHERE bicycle_id = pg_temp.bike(1);"
     "UPDATE bicycles SET current_stock_number = NULL WHERE id = pg_temp.bike(1)",
     "pg_temp.bike(1)"},
    {"I-02", "UPDATE bicycles SET current_stock_number = 'MA/WW/ST/9999' WHERE id = pg_temp.bike(1)",
     "pg_temp.bike(1)"},
    {"I-03", "UPDATE stock_numbers SET running_number = 2 WHERE bicycle_id = pg_temp.bike(1)",
     "(SELECT id FROM stock_numbers WHERE bicycle_id = pg_temp.bike(1))"},
    {"I-04", "UPDATE stock_counters SET last_number = 8 WHERE branch_id = pg_temp.place('WW')", "pg_temp.place('WW')"},
    {"I-05", "UPDATE stock_numbers SET previous_id = NULL WHERE assign_reason = 'TRANSFER_IN'",
     "(SELECT id FROM stock_numbers WHERE assign_reason = 'TRANSFER_IN')"},
    {"I-06", "UPDATE bicycles SET expense_total = 501 WHERE id = pg_temp.bike(2)", "pg_temp.bike(2)"},
    {"I-07", "UPDATE expenses SET amount = 501", "(SELECT id FROM expenses)"},
    {"I-08", "UPDATE cost_ledger SET amount = -1 WHERE reverses_id IS NOT NULL",
     "(SELECT id FROM cost_ledger WHERE reverses_id IS NOT NULL)"},
    {"I-09", "UPDATE bicycles SET status_before = NULL WHERE id = pg_temp.bike(8)", "pg_temp.bike(8)"},
    {"I-10",
     "INSERT INTO transfers (id, transfer_no, bicycle_id, from_branch_id, to_branch_id, reason_code, from_stock_number,"
     " is_inter_company, requested_by, created_by, updated_by)"
     " SELECT gen_random_uuid(), 'TRF-WW-26-00003', bicycle_id, from_branch_id, to_branch_id, reason_code,"
     " from_stock_number, is_inter_company, requested_by, created_by, updated_by FROM transfers WHERE status = "
     "'PENDING'",
     "pg_temp.bike(8)"},
    {"I-11 I-23", "UPDATE repair_jobs SET bicycle_id = pg_temp.bike(5)", "pg_temp.bike(5)"},
    {"I-12", "UPDATE transfers SET to_stock_number = 'MA/MO/ST/0009' WHERE status = 'COMPLETED'",
     "(SELECT id FROM transfers WHERE status = 'COMPLETED')"},
    {"I-13", "UPDATE transfers SET approved_by = requested_by WHERE status = 'COMPLETED'",
     "(SELECT id FROM transfers WHERE status = 'COMPLETED')"},
    {"I-14", "UPDATE bicycles SET reserved_for = NULL WHERE id = pg_temp.bike(9)", "pg_temp.bike(9)"},
    {"I-15", "UPDATE bicycles SET sale_id = NULL WHERE id = pg_temp.bike(5)", "pg_temp.bike(5)"},
    {"I-16", "UPDATE sales SET profit = profit + 1 WHERE id = pg_temp.sale(5)", "pg_temp.sale(5)"},
    {"I-17", "UPDATE sales SET sale_date = '2000-01-01' WHERE id = pg_temp.sale(5)", "pg_temp.sale(5)"},
    {"I-18", "UPDATE sales SET void_second_approver = void_requested_by WHERE id = pg_temp.sale(7)", "pg_temp.sale(7)"},
    {"I-19", "UPDATE commissions SET amount = 2400 WHERE kind = 'BUYER' AND sale_id = pg_temp.sale(5)",
     "pg_temp.sale(5)"},
    {"I-20", "UPDATE commissions SET paid_by = payee_user_id WHERE kind = 'SALES_OFFICER'",
     "(SELECT id FROM commissions WHERE kind = 'SALES_OFFICER')"},
    {"I-21", "UPDATE commissions SET status = 'PENDING' WHERE status = 'REVERSED'",
     "(SELECT id FROM commissions WHERE sale_id = pg_temp.sale(7) AND kind = 'BUYER')"},
    {"I-22", "UPDATE commission_rules SET officer_share = 31", "(SELECT id FROM commission_rules)"},
    {"I-23", "UPDATE bicycles SET status = 'IN_STOCK' WHERE id = pg_temp.bike(3)", "(SELECT id FROM repair_jobs)"},
    {"I-24", "UPDATE repair_job_lines SET cost = 99", "(SELECT id FROM repair_jobs)"},
    {"I-25", "UPDATE sales SET trade_in_bicycle_id = pg_temp.bike(1) WHERE id = pg_temp.sale(5)", "pg_temp.sale(5)"},
    {"I-26",
     "UPDATE bicycles SET license_plate = 'BDF-1234', plate_key = 'BDF-1234'"
     " WHERE id IN (pg_temp.bike(1), pg_temp.bike(2))",
     "'BDF-1234'"},
    {"I-27", "DELETE FROM audit_log WHERE entity_id = pg_temp.sale(5)", "pg_temp.sale(5)"},
    {"I-28",
     "UPDATE view_refreshes SET covers_seq = (SELECT max(seq) FROM outbox);"
     "UPDATE bicycles SET status = 'MAINTENANCE' WHERE id = pg_temp.bike(1)",
     "pg_temp.bike(1)"},
};

// Ids of the invariants with rows; those rows' values go into `rows`.
std::string violated(Session& session, std::set<std::string>& values) {
    std::string ids;
    for (const auto& invariant : ctl::invariants()) {
        const auto rows = session.rows(std::string(invariant.sql));
        if (rows.empty()) continue;
        ids += (ids.empty() ? "" : " ") + std::string(invariant.id);
        for (const auto& row : rows) values.insert(row.begin(), row.end());
    }
    return ids;
}

}  // namespace

TEST_CASE("I-01 to I-28: each invariant fails for its own reason and names the row") {
    ScratchDatabase database;
    Session session(database.url());
    testing::add_organisation(session);
    session.rows(
        "INSERT INTO users (id, username, full_name, password_hash, roles, created_by, updated_by)"
        " SELECT gen_random_uuid(), n, n, '!', '{sales_agent}', s.id, s.id"
        " FROM users s, unnest(ARRAY['officer', 'boss']) n WHERE s.username = 'system'");
    testing::procure(session, "WW", 5);
    testing::procure(session, "WW", 1, "80000.00");
    testing::procure(session, "WW", 3);
    session.rows(names);
    session.rows(sound);
    std::set<std::string> values;
    CHECK(violated(session, values) == "");
    session.rows(relax);

    std::set<std::string> covered;
    for (const auto& corruption : corruptions) {
        const std::string id = std::string(corruption.violates).substr(0, 4);
        CAPTURE(id);
        covered.insert(id);
        session.rows("BEGIN");
        session.rows(corruption.sql);
        values.clear();
        CHECK(violated(session, values) == corruption.violates);
        CHECK(values.contains(session.value(std::string("SELECT ") + corruption.row)));
        session.rows("ROLLBACK");
    }
    for (const auto& invariant : ctl::invariants()) {
        CAPTURE(invariant.id);
        CHECK(covered.contains(std::string(invariant.id)));
    }
    CHECK(violated(session, values) == "");
}
