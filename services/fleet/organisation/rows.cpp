#include "fleet/organisation/rows.hpp"

#include "commands/stamp.hpp"

namespace loan_manager::fleet::organisation {
namespace {

constexpr postgres::Statement company_use{
    "organisation.company_use",
    "SELECT EXISTS (SELECT FROM fleet.branches r JOIN fleet.stock_numbers s ON s.branch_id = r.id "
    "WHERE r.company_id = c.id) AS has_numbers, "
    "EXISTS (SELECT FROM fleet.branches r WHERE r.company_id = c.id AND r.is_active) AS has_active_branches "
    "FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1"};

constexpr postgres::Statement branch_use{
    "organisation.branch_use",
    "SELECT EXISTS (SELECT FROM fleet.stock_numbers s WHERE s.branch_id = r.id) AS has_numbers, "
    "EXISTS (SELECT FROM fleet.bicycles b WHERE b.current_branch_id = r.id AND b.status NOT IN ('SOLD', "
    "'WRITTEN_OFF')) AS has_bikes, "
    "EXISTS (SELECT FROM fleet.transfers t WHERE t.to_branch_id = r.id AND t.status IN ('PENDING', 'APPROVED', "
    "'IN_TRANSIT')) AS awaits_bikes FROM fleet.branches r WHERE r.code = $1 OR r.id::text = $1"};

std::string select_company() {
    return "SELECT " + company_table().columns() + " FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1";
}
std::string select_branch() {
    return "SELECT " + branch_table().columns() + " FROM fleet.branches r WHERE r.code = $1 OR r.id::text = $1";
}

rpc::Result<v1::Company> read_company(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_company();
    }
    return company_table().read(rows.front());
}

rpc::Result<v1::Branch> read_branch(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_branch();
    }
    return branch_table().read(rows.front());
}

std::optional<v1::Company> read_owner(const postgres::Rows& rows) { return company_table().read_first(rows); }

CompanyUse read_company_use(const postgres::Rows& rows) {
    CompanyUse use;
    if (!rows.empty()) {
        use.has_numbers = rows.front().get<bool>("has_numbers");
        use.has_active_branches = rows.front().get<bool>("has_active_branches");
    }
    return use;
}

BranchUse read_branch_use(const postgres::Rows& rows) {
    BranchUse use;
    if (!rows.empty()) {
        use.has_numbers = rows.front().get<bool>("has_numbers");
        use.has_bikes = rows.front().get<bool>("has_bikes");
        use.awaits_bikes = rows.front().get<bool>("awaits_bikes");
    }
    return use;
}

template <class Row>
commands::Change change_of(const char* action, const char* entity_type, const Row& row, sql::Difference difference) {
    auto change = commands::change_of(action, entity_type, row.id(), std::move(difference));
    change.entity_no = row.code();
    change.payload = {{"code", row.code()}};
    return change;
}

commands::Change change_of(const char* action, const v1::Company& company, sql::Difference difference) {
    return change_of(action, "company", company, std::move(difference));
}

commands::Change change_of(const char* action, const v1::Branch& branch, sql::Difference difference) {
    auto change = change_of(action, "branch", branch, std::move(difference));
    change.branch_id = branch.id();
    return change;
}

}  // namespace

const sql::TableOf<v1::Company>& company_table() {
    static const sql::TableOf<v1::Company> table(
        sql::Layout{.table = "fleet.companies", .alias = "c", .unaudited = {"is_demo"}});
    return table;
}

const sql::TableOf<v1::Branch>& branch_table() {
    static const sql::TableOf<v1::Branch> table(
        sql::Layout{.table = "fleet.branches",
                    .alias = "r",
                    .computed = {{"company_code", "(SELECT c.code FROM fleet.companies c WHERE c.id = r.company_id)"}},
                    .unaudited = {"is_demo"}});
    return table;
}

rpc::Error no_such_company() { return rpc::not_found("There is no such company."); }

rpc::Error no_such_branch() { return rpc::not_found("There is no such branch."); }

sql::Handle<rpc::Result<v1::Company>> add_find_company(sql::RoundTrip& trip, const std::string& id_or_code) {
    static const std::string sql = select_company();
    static const postgres::Statement company{"organisation.company", sql.c_str()};
    return trip.add<rpc::Result<v1::Company>>(company, postgres::Params(id_or_code), &read_company);
}

sql::Handle<rpc::Result<v1::Branch>> add_find_branch(sql::RoundTrip& trip, const std::string& id_or_code) {
    static const std::string sql = select_branch();
    static const postgres::Statement branch{"organisation.branch", sql.c_str()};
    return trip.add<rpc::Result<v1::Branch>>(branch, postgres::Params(id_or_code), &read_branch);
}

sql::Handle<rpc::Result<v1::Company>> add_lock_company(sql::RoundTrip& trip, const std::string& id_or_code) {
    static const std::string sql = select_company() + " FOR UPDATE OF c";
    static const postgres::Statement lock{"organisation.lock_company", sql.c_str()};
    return trip.add<rpc::Result<v1::Company>>(lock, postgres::Params(id_or_code), &read_company);
}

sql::Handle<rpc::Result<v1::Branch>> add_lock_branch(sql::RoundTrip& trip, const std::string& id_or_code) {
    static const std::string sql = select_branch() + " FOR UPDATE OF r";
    static const postgres::Statement lock{"organisation.lock_branch", sql.c_str()};
    return trip.add<rpc::Result<v1::Branch>>(lock, postgres::Params(id_or_code), &read_branch);
}

sql::Handle<std::optional<v1::Company>> add_owner(sql::RoundTrip& trip, const std::string& company_id_or_code) {
    static const std::string sql = select_company() + " FOR SHARE OF c";
    static const postgres::Statement hold{"organisation.hold_company", sql.c_str()};
    return trip.add<std::optional<v1::Company>>(hold, postgres::Params(company_id_or_code), &read_owner);
}

sql::Handle<std::optional<v1::Company>> add_owner_of(sql::RoundTrip& trip, const std::string& branch_id_or_code) {
    static const std::string sql = "SELECT " + company_table().columns() +
                                   " FROM fleet.companies c WHERE c.id = (SELECT r.company_id FROM fleet.branches r "
                                   "WHERE r.code = $1 OR r.id::text = $1) FOR SHARE OF c";
    static const postgres::Statement hold{"organisation.hold_company_of", sql.c_str()};
    return trip.add<std::optional<v1::Company>>(hold, postgres::Params(branch_id_or_code), &read_owner);
}

sql::Handle<CompanyUse> add_company_use(sql::RoundTrip& trip, const std::string& id_or_code) {
    return trip.add<CompanyUse>(company_use, postgres::Params(id_or_code), &read_company_use);
}

sql::Handle<BranchUse> add_branch_use(sql::RoundTrip& trip, const std::string& id_or_code) {
    return trip.add<BranchUse>(branch_use, postgres::Params(id_or_code), &read_branch_use);
}

void insert(commands::CommandContext& command, v1::Company& company) {
    commands::insert(command, company_table(), company);
}

void insert(commands::CommandContext& command, v1::Branch& branch) {
    commands::insert(command, branch_table(), branch);
}

void save(commands::CommandContext& command, v1::Company& company) {
    commands::save(command, company_table(), company);
}

void save(commands::CommandContext& command, v1::Branch& branch) { commands::save(command, branch_table(), branch); }

void record_new(commands::CommandContext& command, const v1::Company& company) {
    command.record(change_of("COMPANY_CREATED", company, company_table().created(company)));
}

void record_new(commands::CommandContext& command, const v1::Branch& branch) {
    command.record(change_of("BRANCH_CREATED", branch, branch_table().created(branch)));
}

void record(commands::CommandContext& command, const char* action, const v1::Company& before,
            const v1::Company& after) {
    command.record(change_of(action, after, company_table().compare(before, after)));
}

void record(commands::CommandContext& command, const char* action, const v1::Branch& before, const v1::Branch& after) {
    command.record(change_of(action, after, branch_table().compare(before, after)));
}

void record_raised(commands::CommandContext& command, const v1::Branch& branch, std::int32_t from, std::int32_t to) {
    sql::Difference difference;
    difference.before = {{"last_number", from}};
    difference.after = {{"last_number", to}};
    command.record(change_of("COUNTER_RAISED", branch, std::move(difference)));
}

}  // namespace loan_manager::fleet::organisation
