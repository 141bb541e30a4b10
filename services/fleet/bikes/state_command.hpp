#pragma once

#include <string>
#include <utility>
#include <vector>

#include "access/reach.hpp"
#include "commands/runner.hpp"
#include "fleet/bikes/bike_row.hpp"
#include "fleet/bikes/repository.hpp"
#include "loanmanager/fleet/v1/bikes.pb.h"

namespace loan_manager::fleet::bikes {

/// What a move of a bike is called in the audit log, and why it was made.
struct Move {
    const char* action = "";
    std::string reason;
};

/// A command that changes the state of one bike and nothing else: locks it, asks in the order of D-212, lets the
/// derived class make the move, stores the bike as its next version and records what changed.
template <class Request>
class StateCommand : public commands::Command<Request, v1::Bike> {
public:
    void prepare(commands::Unit& unit, const Request& request, postgres::Batch& reads) final;
    boost::asio::awaitable<rpc::Result<v1::Bike>> execute(commands::Unit& unit, const Request& request,
                                                          std::vector<postgres::Rows>& reads) final;

protected:
    /// What the move may look at beside the bike, read under the bike's lock.
    struct Situation {
        OpenJobs jobs;
        const std::vector<postgres::Rows>& reads;  ///< Those of add_reads() begin at `first_read`.
    };
    static constexpr std::size_t first_read = 2;

    /// The bikes the caller may do this to.
    virtual access::Reach reach(const access::Identity& caller) const = 0;
    /// Issues that the declarative checks cannot express.
    virtual void check(commands::Unit&, const Request&) const {}
    virtual void add_reads(postgres::Batch&, const std::string& /*bicycle_id*/) const {}
    /// Guards and effects: changes the bike, or says why not.
    virtual rpc::Result<Move> move(commands::Unit& unit, const Request& request, const Situation& situation,
                                   v1::Bike& bike) const = 0;
};

/// Audit row of a move. `after` carries the branch, `before` the number the bike was known by.
void record_move(commands::Unit& unit, const Move& move, const v1::Bike& before, const v1::Bike& after);

template <class Request>
void StateCommand<Request>::prepare(commands::Unit& unit, const Request& request, postgres::Batch& reads) {
    check(unit, request);
    const std::string id = unit.sound_id("id", request.id());
    add_lock(reads, id, reach(unit.caller()));
    add_open_jobs(reads, id);
    add_reads(reads, id);
}

template <class Request>
boost::asio::awaitable<rpc::Result<v1::Bike>> StateCommand<Request>::execute(commands::Unit& unit,
                                                                             const Request& request,
                                                                             std::vector<postgres::Rows>& reads) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    auto locked = read_locked(reads.at(0));
    if (!locked) {
        co_return locked.error();
    }
    if (!locked->covered) {
        co_return rpc::out_of_scope();
    }
    const v1::Bike& before = locked->bike;
    if (auto current = commands::check_version(unit.context(), before.version()); !current) {
        co_return current.error();
    }

    v1::Bike after = before;
    const Situation situation{read_open_jobs(reads.at(1)), reads};
    const auto moved = move(unit, request, situation, after);
    if (!moved) {
        co_return moved.error();
    }
    save_state(unit, after);
    record_move(unit, *moved, before, after);
    hide_costs_from(unit.caller(), after);
    co_return after;
}

}  // namespace loan_manager::fleet::bikes
