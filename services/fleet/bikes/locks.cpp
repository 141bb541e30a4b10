// The locks of rows.hpp, and what is read under them.
#include "fleet/bikes/rows.hpp"
#include "fleet/bikes/scope.hpp"

namespace loan_manager::fleet::bikes {
namespace {

constexpr postgres::Statement open_jobs{
    "bikes.open_jobs",
    "SELECT count(*) AS all_jobs, count(*) FILTER (WHERE category IN ('PRE_SALE_PREP', 'MAINTENANCE')) AS stock_jobs "
    "FROM fleet.repair_jobs "
    "WHERE bicycle_id = $1 AND status IN ('OPEN', 'IN_PROGRESS')"};

Locked read_locked(const postgres::Row& row) {
    Locked locked;
    locked.bike = read_bike(row).bike;
    locked.covered = row.get<bool>("covered");
    return locked;
}

rpc::Result<Locked> read_one(const postgres::Rows& rows) {
    if (rows.empty()) {
        return no_such_bike();
    }
    return read_locked(rows.front());
}

std::vector<Locked> read_all(const postgres::Rows& rows) {
    std::vector<Locked> locked;
    for (const auto row : rows) {
        locked.push_back(read_locked(row));
    }
    return locked;
}

// Locks bikes in the order of their ids (D-218). What stands in other tables (open jobs, the transfer) must be read by
// a statement of its own after this one: a row that was waited for is read anew, sub-selects beside it are not.
class LockStatement {
public:
    LockStatement(const char* name, const std::string& which)
        : sql_("SELECT " + bike_columns() + ", " + commandable_condition(2) +
               " AS covered FROM fleet.bicycles b WHERE b.id " + which + " ORDER BY b.id FOR UPDATE OF b"),
          statement_(name, sql_.c_str()) {}

    template <class T>
    sql::Handle<T> add_to(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach,
                          T (*read)(const postgres::Rows&)) const {
        postgres::Params params(id);
        sql::add_scope(params, reach);
        return trip.add<T>(statement_, std::move(params), read);
    }

private:
    std::string sql_;
    postgres::Statement statement_;
};

std::string owner_of(const char* table) {
    return std::string("= (SELECT x.bicycle_id FROM ") + table + " x WHERE x.id = $1)";
}

}  // namespace

sql::Handle<rpc::Result<Locked>> add_lock(sql::RoundTrip& trip, const std::string& id, const access::Reach& reach) {
    static const LockStatement lock("bikes.lock", "= $1");
    return lock.add_to(trip, id, reach, &read_one);
}

sql::Handle<rpc::Result<Locked>> add_lock_of(sql::RoundTrip& trip, Part part, const std::string& id,
                                             const access::Reach& reach) {
    static const LockStatement of_transfer("bikes.lock_of_transfer", owner_of("fleet.transfers"));
    static const LockStatement of_expense("bikes.lock_of_expense", owner_of("fleet.expenses"));
    static const LockStatement of_repair_job("bikes.lock_of_repair_job", owner_of("fleet.repair_jobs"));
    switch (part) {
        case Part::transfer:
            return of_transfer.add_to(trip, id, reach, &read_one);
        case Part::expense:
            return of_expense.add_to(trip, id, reach, &read_one);
        case Part::repair_job:
            break;
    }
    return of_repair_job.add_to(trip, id, reach, &read_one);
}

sql::Handle<std::vector<Locked>> add_lock_of_sale(sql::RoundTrip& trip, const std::string& sale_id,
                                                  const access::Reach& reach) {
    static const LockStatement lock("bikes.lock_of_sale",
                                    "IN (SELECT unnest(ARRAY[x.bicycle_id, x.trade_in_bicycle_id]) "
                                    "FROM fleet.sales x WHERE x.id = $1)");
    return lock.add_to(trip, sale_id, reach, &read_all);
}

sql::Handle<OpenJobs> add_open_jobs(sql::RoundTrip& trip, const std::string& bicycle_id) {
    return trip.add<OpenJobs>(open_jobs, postgres::Params(bicycle_id), [](const postgres::Rows& rows) {
        OpenJobs jobs;
        jobs.all = rows.front().get<std::int64_t>("all_jobs");
        jobs.stock = rows.front().get<std::int64_t>("stock_jobs");
        return jobs;
    });
}

}  // namespace loan_manager::fleet::bikes
