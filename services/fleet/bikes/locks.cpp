// The locks of repository.hpp, and what is read under them.
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "fleet/bikes/scope.hpp"

namespace loan_manager::fleet::bikes {
namespace {

constexpr postgres::Statement open_jobs{
    "bikes.open_jobs",
    "SELECT count(*), count(*) FILTER (WHERE category IN ('PRE_SALE_PREP', 'MAINTENANCE')) FROM fleet.repair_jobs "
    "WHERE bicycle_id = $1 AND status IN ('OPEN', 'IN_PROGRESS')"};

std::vector<Locked> read_all_locked(const postgres::Rows& rows) {
    std::vector<Locked> all;
    for (const auto row : rows) {
        all.push_back(read_locked(row));
    }
    return all;
}

// Locks bikes in the order of their ids (D-218). What stands in other tables (open jobs, the transfer) must be read by
// a statement of its own after this one: a row that was waited for is read anew, sub-selects beside it are not.
class LockStatement {
public:
    LockStatement(const char* name, const std::string& which)
        : sql_("SELECT " + bike_columns() + ", " + commandable_condition(2) +
               " AS covered FROM fleet.bicycles b WHERE b.id " + which + " ORDER BY b.id FOR UPDATE OF b"),
          statement_(name, sql_.c_str()) {}

    void add_to(postgres::Batch& batch, const std::string& id, const access::Reach& reach) const {
        postgres::Params params(id);
        add_scope(params, reach);
        batch.add(statement_, std::move(params));
    }
    sql::Handle<rpc::Result<Locked>> add_to(sql::RoundTrip& trip, const std::string& id,
                                            const access::Reach& reach) const {
        postgres::Params params(id);
        add_scope(params, reach);
        return trip.add<rpc::Result<Locked>>(statement_, std::move(params), &read_locked);
    }
    sql::Handle<std::vector<Locked>> add_all_to(sql::RoundTrip& trip, const std::string& id,
                                                const access::Reach& reach) const {
        postgres::Params params(id);
        add_scope(params, reach);
        return trip.add<std::vector<Locked>>(statement_, std::move(params), &read_all_locked);
    }

private:
    std::string sql_;
    postgres::Statement statement_;
};

constexpr const char* of_sale =
    "IN (SELECT unnest(ARRAY[x.bicycle_id, x.trade_in_bicycle_id]) FROM fleet.sales x WHERE x.id = $1)";

std::string owner_of(const char* table) {
    return std::string("= (SELECT x.bicycle_id FROM ") + table + " x WHERE x.id = $1)";
}

}  // namespace

void add_lock(postgres::Batch& batch, const std::string& id, const access::Reach& reach) {
    static const LockStatement lock("bikes.lock", "= $1");
    lock.add_to(batch, id, reach);
}

sql::Handle<rpc::Result<Locked>> add_lock(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach) {
    static const LockStatement lock("bikes.lock", "= $1");
    return lock.add_to(trip, id, reach);
}

sql::Handle<rpc::Result<Locked>> add_lock_of(sql::RoundTrip& trip, Part part, const std::string& id,
                                             const access::Reach& reach) {
    static const LockStatement of_transfer("bikes.lock_of_transfer", owner_of("fleet.transfers"));
    static const LockStatement of_expense("bikes.lock_of_expense", owner_of("fleet.expenses"));
    static const LockStatement of_repair_job("bikes.lock_of_repair_job", owner_of("fleet.repair_jobs"));
    switch (part) {
        case Part::transfer:
            return of_transfer.add_to(trip, id, reach);
        case Part::expense:
            return of_expense.add_to(trip, id, reach);
        case Part::repair_job:
            break;
    }
    return of_repair_job.add_to(trip, id, reach);
}

sql::Handle<std::vector<Locked>> add_lock_of_sale(sql::RoundTrip& trip, const std::string& sale_id,
                                                  const access::Reach& reach) {
    static const LockStatement lock("bikes.lock_of_sale", of_sale);
    return lock.add_all_to(trip, sale_id, reach);
}

sql::Handle<OpenJobs> add_open_jobs(sql::RoundTrip& trip, const std::string& bicycle_id) {
    return trip.add<OpenJobs>(open_jobs, postgres::Params(bicycle_id), &read_open_jobs);
}

void add_open_jobs(postgres::Batch& batch, const std::string& bicycle_id) {
    batch.add(open_jobs, postgres::Params(bicycle_id));
}

OpenJobs read_open_jobs(const postgres::Rows& rows) {
    OpenJobs jobs;
    jobs.all = rows.front().get<std::int64_t>(0);
    jobs.stock = rows.front().get<std::int64_t>(1);
    return jobs;
}

rpc::Result<Locked> read_locked(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such bike.");
    }
    return read_locked(rows.front());
}

Locked read_locked(const postgres::Row& row) {
    Locked locked;
    locked.bike = read_bike(row, access::Reach::everything());
    locked.covered = row.get<bool>("covered");
    return locked;
}

}  // namespace loan_manager::fleet::bikes
