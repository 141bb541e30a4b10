#include "support/row_watch.hpp"

namespace loan_manager::testing {
namespace {

// The tables of the entities that the audit log speaks of, under the names it gives them.
constexpr const char* entities =
    "(values ('bicycle', 'bicycles'), ('transfer', 'transfers'), ('expense', 'expenses'), ('repair_job', "
    "'repair_jobs'),"
    " ('sale', 'sales'), ('commission', 'commissions'), ('commission_rule', 'commission_rules'),"
    " ('company', 'companies'), ('branch', 'branches'), ('user', 'users')) as entity (type, tbl)";

constexpr const char* watch = R"(
create schema watch;
create table watch.changes (seq bigserial, tx bigint, tbl text, id text, old jsonb, new jsonb);
create table watch.audits (tx bigint, audit_id uuid);
create function watch.note_change() returns trigger language plpgsql security definer as $$
begin
    insert into watch.changes (tx, tbl, id, old, new)
    values (txid_current(), tg_table_name, new.id::text,
            case when tg_op = 'UPDATE' then to_jsonb(old) end, to_jsonb(new));
    return null;
end $$;
create function watch.note_audit() returns trigger language plpgsql security definer as $$
begin
    insert into watch.audits values (txid_current(), new.id);
    return null;
end $$;
create trigger watch_audit after insert on fleet.audit_log for each row execute function watch.note_audit();
do $$
declare
    name text;
begin
    foreach name in array array['fleet.bicycles', 'fleet.transfers', 'fleet.expenses', 'fleet.repair_jobs',
        'fleet.sales', 'fleet.commissions', 'fleet.commission_rules', 'fleet.companies', 'fleet.branches', 'auth.users']
    loop
        execute 'create trigger watch_rows after insert or update on ' || name ||
                ' for each row execute function watch.note_change()';
    end loop;
end $$;

-- The same value? Texts of JSON strings and numbers are compared, times to the millisecond, nothing is as good as null.
create function watch.same(stored jsonb, told jsonb) returns boolean language sql immutable as $$
    select case
        when coalesce(stored, 'null') = 'null' or coalesce(told, 'null') = 'null'
            then coalesce(stored, 'null') = coalesce(told, 'null')
        when stored #>> '{}' ~ '^\d{4}-\d\d-\d\dT'
            then date_trunc('milliseconds', (stored #>> '{}')::timestamptz) = (told #>> '{}')::timestamptz
        else stored #>> '{}' = told #>> '{}'
    end $$;
)";

// Bookkeeping and totals (D-219), and what may stand in no audit row.
constexpr const char* left_out =
    "'id', 'version', 'created_at', 'created_by', 'updated_at', 'updated_by', 'is_demo', 'purchase_total',"
    " 'expense_total', 'repair_total', 'transfer_total', 'total_cost', 'after_sale_total', 'parts_cost', 'labour_cost',"
    " 'overhead_cost', 'total_price', 'password_hash', 'token_version', 'must_change_password', 'password_changed_at',"
    " 'one_time_expires_at', 'failed_logins', 'locked_until', 'last_login_at'";

}  // namespace

void watch_rows(Database& database) { database.rows(watch); }

std::string untold_changes(Database& database) {
    const std::string sql = std::string(R"(
with merged as (
    select tx, tbl, id, (array_agg(old order by seq))[1] as old, (array_agg(new order by seq desc))[1] as new
    from watch.changes group by tx, tbl, id),
told as (
    select a.id, a.action, coalesce(a.old, '{}') as told_old, coalesce(a.new, '{}') as told_new, m.old, m.new
    from watch.audits w
    join fleet.audit_log a on a.id = w.audit_id
    join )") + entities + R"( on entity.type = a.entity_type
    join merged m on m.tx = w.tx and m.tbl = entity.tbl and m.id = a.entity_id::text),
judged as (
    select action, k as key, old -> k as old, new -> k as new, told_old -> k as told_old, told_new -> k as told_new,
           old is null as created, told_new ? k or told_old ? k as mentioned,
           old -> k is distinct from new -> k and not (old is null and new -> k in
               ('null', 'false', '0', '0.00', '{}', '[]')) as changed
    from told, jsonb_object_keys(new) as k
    where k not in ()" + left_out +
                            R"())
select distinct action || ' ' || key || case
        when changed and not mentioned then ': changed, not told'
        when changed and not watch.same(new, told_new) then ': told another new value'
        when changed and not created and not watch.same(old, told_old) then ': told another old value'
        else ': told, not changed' end
from judged
where (changed and (not mentioned or not watch.same(new, told_new) or
                    (not created and not watch.same(old, told_old))))
   or (not created and mentioned and not changed)
order by 1)";
    std::string lines;
    for (const auto& row : database.rows(sql)) lines += row.at(0) + '\n';
    return lines;
}

}  // namespace loan_manager::testing
