#include "fleet/organisation/admin_repository.hpp"

#include "fleet/organisation/repository.hpp"
#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::organisation {
namespace {

constexpr postgres::Statement company_use{
    "organisation.company_use",
    "SELECT EXISTS (SELECT FROM fleet.branches r JOIN fleet.stock_numbers s ON s.branch_id = r.id "
    "WHERE r.company_id = c.id), "
    "EXISTS (SELECT FROM fleet.branches r WHERE r.company_id = c.id AND r.is_active) "
    "FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1"};

constexpr postgres::Statement branch_use{
    "organisation.branch_use",
    "SELECT EXISTS (SELECT FROM fleet.stock_numbers s WHERE s.branch_id = r.id), "
    "EXISTS (SELECT FROM fleet.bicycles b WHERE b.current_branch_id = r.id AND b.status NOT IN ('SOLD', "
    "'WRITTEN_OFF')), "
    "EXISTS (SELECT FROM fleet.transfers t WHERE t.to_branch_id = r.id AND t.status IN ('PENDING', 'APPROVED', "
    "'IN_TRANSIT')) FROM fleet.branches r WHERE r.code = $1 OR r.id::text = $1"};

constexpr postgres::Statement insert_company{
    "organisation.insert_company",
    "INSERT INTO fleet.companies (id, code, name, district, contact_person, contact_phone, contact_email, address, "
    "tax_id, is_active, version, updated_at, updated_by, created_at, created_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $12, $13)"};

constexpr postgres::Statement update_company{
    "organisation.update_company",
    "UPDATE fleet.companies SET code = $2, name = $3, district = $4, contact_person = $5, contact_phone = $6, "
    "contact_email = $7, address = $8, tax_id = $9, is_active = $10, version = $11, updated_at = $12, "
    "updated_by = $13 WHERE id = $1"};

constexpr postgres::Statement insert_branch{
    "organisation.insert_branch",
    "INSERT INTO fleet.branches (id, code, name, company_id, district, is_repair_center, is_active, display_order, "
    "address, phone, operating_hours, latitude, longitude, version, updated_at, updated_by, created_at, created_by) "
    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $15, $16)"};

constexpr postgres::Statement update_branch{
    "organisation.update_branch",
    "UPDATE fleet.branches SET code = $2, name = $3, company_id = $4, district = $5, is_repair_center = $6, "
    "is_active = $7, display_order = $8, address = $9, phone = $10, operating_hours = $11, latitude = $12, "
    "longitude = $13, version = $14, updated_at = $15, updated_by = $16 WHERE id = $1"};

// The parameters of insert and update are the same.
postgres::Params params_of(const v1::Company& company, const commands::Unit& unit) {
    return postgres::Params(company.id(), company.code(), company.name(), company.district(),
                            LM_MAYBE(company, contact_person), LM_MAYBE(company, contact_phone),
                            LM_MAYBE(company, contact_email), LM_MAYBE(company, address), LM_MAYBE(company, tax_id),
                            company.is_active(), company.version(), unit.now(), unit.caller().user_id);
}

postgres::Params params_of(const v1::Branch& branch, const commands::Unit& unit) {
    return postgres::Params(branch.id(), branch.code(), branch.name(), branch.company_id(), branch.district(),
                            branch.is_repair_center(), branch.is_active(), branch.display_order(),
                            LM_MAYBE(branch, address), LM_MAYBE(branch, phone), LM_MAYBE(branch, operating_hours),
                            LM_MAYBE(branch, latitude), LM_MAYBE(branch, longitude), branch.version(), unit.now(),
                            unit.caller().user_id);
}

template <class Row>
void stamp(const commands::Unit& unit, Row& row) {
    row.set_version(row.version() + 1);
    assign(*row.mutable_updated_at(), unit.now());
    row.set_updated_by(unit.caller().user_id);
}

template <class Row>
void stamp_new(const commands::Unit& unit, Row& row) {
    stamp(unit, row);
    *row.mutable_created_at() = row.updated_at();
    row.set_created_by(row.updated_by());
}

template <class Row>
commands::Change change_of(const char* action, const char* entity_type, const Row& row, boost::json::object before,
                           boost::json::object after) {
    commands::Change change;
    change.action = action;
    change.entity_type = entity_type;
    change.entity_id = row.id();
    change.entity_no = row.code();
    change.old_values = std::move(before);
    change.new_values = std::move(after);
    change.payload = {{"code", row.code()}};
    return change;
}

}  // namespace

void add_company_lock(postgres::Batch& batch, const std::string& id_or_code) {
    static const std::string sql =
        "SELECT " + company_columns() + " FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1 FOR UPDATE OF c";
    static const postgres::Statement lock{"organisation.lock_company", sql.c_str()};
    batch.add(lock, postgres::Params(id_or_code));
}

void add_branch_lock(postgres::Batch& batch, const std::string& id_or_code) {
    static const std::string sql =
        "SELECT " + branch_columns() + " FROM fleet.branches r WHERE r.code = $1 OR r.id::text = $1 FOR UPDATE OF r";
    static const postgres::Statement lock{"organisation.lock_branch", sql.c_str()};
    batch.add(lock, postgres::Params(id_or_code));
}

void add_owner(postgres::Batch& batch, const std::string& company_id_or_code) {
    static const std::string sql =
        "SELECT " + company_columns() + " FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1 FOR SHARE OF c";
    static const postgres::Statement hold{"organisation.hold_company", sql.c_str()};
    batch.add(hold, postgres::Params(company_id_or_code));
}

void add_owner_of(postgres::Batch& batch, const std::string& branch_id_or_code) {
    static const std::string sql = "SELECT " + company_columns() +
                                   " FROM fleet.companies c WHERE c.id = (SELECT r.company_id FROM fleet.branches r "
                                   "WHERE r.code = $1 OR r.id::text = $1) FOR SHARE OF c";
    static const postgres::Statement hold{"organisation.hold_company_of", sql.c_str()};
    batch.add(hold, postgres::Params(branch_id_or_code));
}

std::optional<v1::Company> read_owner(const postgres::Rows& rows) {
    return rows.empty() ? std::nullopt : std::optional(to_company(rows.front()));
}

void add_company_use(postgres::Batch& batch, const std::string& id_or_code) {
    batch.add(company_use, postgres::Params(id_or_code));
}

void add_branch_use(postgres::Batch& batch, const std::string& id_or_code) {
    batch.add(branch_use, postgres::Params(id_or_code));
}

CompanyUse read_company_use(const postgres::Rows& rows) {
    const auto row = rows.front();
    CompanyUse use;
    use.has_numbers = row.get<bool>(0);
    use.has_active_branches = row.get<bool>(1);
    return use;
}

BranchUse read_branch_use(const postgres::Rows& rows) {
    const auto row = rows.front();
    BranchUse use;
    use.has_numbers = row.get<bool>(0);
    use.has_bikes = row.get<bool>(1);
    use.awaits_bikes = row.get<bool>(2);
    return use;
}

void insert(commands::Unit& unit, v1::Company& company) {
    stamp_new(unit, company);
    unit.with_commit(insert_company, params_of(company, unit));
}

void insert(commands::Unit& unit, v1::Branch& branch) {
    stamp_new(unit, branch);
    unit.with_commit(insert_branch, params_of(branch, unit));
}

void save(commands::Unit& unit, v1::Company& company) {
    stamp(unit, company);
    unit.with_commit(update_company, params_of(company, unit));
}

void save(commands::Unit& unit, v1::Branch& branch) {
    stamp(unit, branch);
    unit.with_commit(update_branch, params_of(branch, unit));
}

void record(commands::Unit& unit, const char* action, const v1::Company& company, boost::json::object before,
            boost::json::object after) {
    unit.record(change_of(action, "company", company, std::move(before), std::move(after)));
}

void record(commands::Unit& unit, const char* action, const v1::Branch& branch, boost::json::object before,
            boost::json::object after) {
    auto change = change_of(action, "branch", branch, std::move(before), std::move(after));
    change.branch_id = branch.id();
    unit.record(std::move(change));
}

std::optional<rpc::Error> refuse(const postgres::Error& error) {
    const bool same_code = error.constraint == "companies_code_key" || error.constraint == "branches_code_key";
    if (error.is(postgres::sqlstate::unique_violation) && same_code) {
        return taken("code");
    }
    return std::nullopt;
}

}  // namespace loan_manager::fleet::organisation
