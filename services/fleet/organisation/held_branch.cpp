#include "fleet/organisation/held_branch.hpp"

namespace loan_manager::fleet::organisation {

// The branch first, by itself: joined to its company in the locking query, a row that another transaction meanwhile
// moved to the other company would be compared with the company it had, and be gone.
std::string select_held_branch(const std::string& from) {
    return "WITH r AS MATERIALIZED (SELECT r.id, r.code, r.company_id, r.is_active, r.is_repair_center FROM " + from +
           " FOR SHARE OF r) SELECT c.id AS company_id, c.code AS company_code, r.id AS branch_id, r.code AS "
           "branch_code, "
           "r.is_active AND c.is_active AS is_active, r.is_repair_center "
           "FROM r JOIN fleet.companies c ON c.id = r.company_id FOR KEY SHARE OF c";
}

std::optional<HeldBranch> read_held_branch(const postgres::Rows& rows) {
    if (rows.empty()) {
        return std::nullopt;
    }
    const auto row = rows.front();
    HeldBranch branch;
    branch.place.company_id = row.get<std::string>("company_id");
    branch.place.company_code = row.get<std::string>("company_code");
    branch.place.branch_id = row.get<std::string>("branch_id");
    branch.place.branch_code = row.get<std::string>("branch_code");
    branch.is_active = row.get<bool>("is_active");
    branch.is_repair_center = row.get<bool>("is_repair_center");
    return branch;
}

sql::Handle<std::optional<HeldBranch>> add_held_branch(sql::RoundTrip& trip, const std::string& id_or_code) {
    static const std::string sql = select_held_branch("fleet.branches r WHERE r.code = $1 OR r.id::text = $1");
    static const postgres::Statement hold{"organisation.hold_branch", sql.c_str()};
    return trip.add<std::optional<HeldBranch>>(hold, postgres::Params(id_or_code), &read_held_branch);
}

sql::Handle<std::optional<HeldBranch>> add_held_branch_of_bike(sql::RoundTrip& trip, const std::string& bicycle_id) {
    static const std::string sql = select_held_branch(
        "fleet.branches r WHERE r.id = (SELECT b.current_branch_id FROM fleet.bicycles b WHERE b.id = $1)");
    static const postgres::Statement hold{"organisation.hold_branch_of_bike", sql.c_str()};
    return trip.add<std::optional<HeldBranch>>(hold, postgres::Params(bicycle_id), &read_held_branch);
}

}  // namespace loan_manager::fleet::organisation
