#include <doctest/doctest.h>

#include "testing/error_codes.hpp"

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "fixture.hpp"
#include "loanmanager/fleet/v1/expenses.grpc.pb.h"

using namespace loan_manager::fleet::testing;

namespace {

/// Keeps a table locked until it is destroyed, as somebody who forgot to commit.
class Locked {
public:
    explicit Locked(const std::string& table)
        : thread_([table] {
              try {
                  Fleet::instance().sql("SET application_name = 'holder of " + table + "'; BEGIN; LOCK TABLE " + table +
                                        " IN ACCESS EXCLUSIVE MODE; SELECT pg_sleep(300)");
              } catch (const std::exception&) {
                  // cancelled
              }
          }),
          holder_("holder of " + table) {
        while (Fleet::instance().value("SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid) WHERE "
                                       "a.application_name = '" +
                                       holder_ + "' AND l.mode = 'AccessExclusiveLock' AND l.granted") == "0") {
            std::this_thread::yield();
        }
    }
    ~Locked() {
        Fleet::instance().sql("SELECT pg_cancel_backend(pid) FROM pg_stat_activity WHERE application_name = '" +
                              holder_ + "'");
        thread_.join();
    }

private:
    std::thread thread_;
    std::string holder_;
};

/// Clients that read expenses, over and over.
class Readers {
public:
    Readers(int count, std::shared_ptr<grpc::Channel> channel) {
        for (int i = 0; i < count; ++i) {
            threads_.emplace_back([this, channel] {
                const auto stub = v1::ExpenseService::NewStub(channel);
                while (!stop_) {
                    grpc::ClientContext context;
                    Fleet::instance().prepare(context, Call());
                    v1::ExpenseList list;
                    const auto code = Fleet::read(stub->ListExpenses(&context, {}, &list), context).code;
                    const std::lock_guard lock(mutex_);
                    ++codes_[code];
                }
            });
        }
    }
    std::map<std::string, int> stop() {
        stop_ = true;
        for (auto& thread : threads_) {
            thread.join();
        }
        return codes_;
    }

private:
    std::atomic<bool> stop_{false};
    std::mutex mutex_;
    std::map<std::string, int> codes_;
    std::vector<std::thread> threads_;
};

std::string read_bike(const std::string& id, const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    Fleet::instance().prepare(context, Call());
    v1::GetBikeRequest request;
    request.set_id(id);
    v1::Bike bike;
    return Fleet::read(v1::BikeService::NewStub(channel)->GetBike(&context, request, &bike), context).code;
}

/// A fleet with few connections, whose statements wait for a lock as long as given.
struct FewConnections {
    explicit FewConnections(const std::string& lock_timeout)
        : process(Fleet::instance().database_url(),
                  {{"DB_LOCK_TIMEOUT", lock_timeout}, {"DB_POOL_SIZE", "6"}, {"THREADS", "2"}}) {
        Call call;
        call.key = "new";
        REQUIRE(Fleet::instance().procure(purchase("WW"), call, bike, process.channel()).ok());
    }
    /// The crowd has filled what it may have.
    static void wait_for_crowd() {
        while (Fleet::instance().value("SELECT count(*) > 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND "
                                       "application_name = 'loan-manager fleet'") == "f") {
            std::this_thread::yield();
        }
    }
    void check_that_others_go_on() {
        for (int i = 0; i < 10; ++i) {
            CHECK(read_bike(bike.id(), process.channel()) == "");
            Call call;
            call.key = "new";
            v1::Bike another;
            CHECK(Fleet::instance().procure(purchase("WW"), call, another, process.channel()).code == "");
        }
    }

    Fleet::Process process;
    v1::Bike bike;
};

}  // namespace

TEST_CASE("thirty readers of one locked table stop nobody else, and are told to come again") {
    FewConnections fleet("300ms");
    const Locked locked("fleet.expenses");
    Readers readers(30, fleet.process.channel());
    fleet.wait_for_crowd();
    fleet.check_that_others_go_on();
    const auto codes = readers.stop();
    CHECK(codes.size() == 1);
    CHECK(codes.count("UNAVAILABLE") == 1);
}

// Whoever came before gives up no sooner than at the end of his call: who could not pass him would come too late.
TEST_CASE("thirty readers of one locked table stop nobody else even if they never give up") {
    FewConnections fleet("60s");
    std::optional<Locked> locked(std::in_place, "fleet.expenses");
    Readers readers(30, fleet.process.channel());
    fleet.wait_for_crowd();
    fleet.check_that_others_go_on();
    locked.reset();
    readers.stop();
}
