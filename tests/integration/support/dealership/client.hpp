// One user of the API who never gives up: a command is repeated with its key until it is answered, answers are
// sometimes lost on purpose, and acknowledged commands are sometimes sent again.
#pragma once

#include <atomic>
#include <boost/json/object.hpp>
#include <boost/json/value.hpp>
#include <map>
#include <mutex>
#include <random>
#include <string>
#include <vector>

#include "support/suite.hpp"

namespace loan_manager::testing::dealership {

namespace json = boost::json;

/// What differs from the specification; safe from every thread.
class Findings {
public:
    void add(const std::string& who, const std::string& what);
    bool none() const;
    /// The first differences of each sort, one a line, and how many more there are.
    std::string text() const;

private:
    mutable std::mutex mutex_;
    std::size_t count_ = 0;
    std::map<std::string, int> sorts_;
    std::vector<std::string> found_;
};

/// What all clients of one run share; written before they start.
struct Market {
    Suite& suite;
    Findings& findings;
    /// Whether processes die during the run, so that calls may go unanswered or be answered 503.
    bool turbulence = false;
    std::map<std::string, std::string> tokens;
    std::map<std::string, std::string> user_ids;
    /// Commands answered so far, by which disturbances are timed.
    mutable std::atomic<long> answered = 0;
};

struct Reply {
    int status = 0;
    json::value body;
    std::string etag;
    bool replayed = false;

    std::string code() const;
    std::string text(const char* key) const;
    std::string id() const { return text("id"); }
    std::int64_t number(const char* key) const;
};

/// A POST, PATCH or DELETE with everything decided, so that it can be performed on any thread.
struct Command {
    std::string user;
    std::string method;
    std::string path;
    std::string body;
    std::string if_match;
    std::string key;
    /// Sent once with the connection dropped before the answer.
    bool lose_answer = false;
    /// Sent again after the answer, which must come back unchanged.
    bool replay = false;
    /// Its key sent with another body, which must be refused.
    bool misuse_key = false;
    /// Refused with 412 because it is meant to be, not because it was done before the answer got lost.
    bool stale = false;
};

/// Random choices of one client; the same seed makes the same ones.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : engine_(seed) {}
    /// Uniform in [from, to].
    std::int64_t between(std::int64_t from, std::int64_t to);
    bool chance(int percent) { return between(1, 100) <= percent; }
    /// An index with the given weights.
    std::size_t weighted(const std::vector<int>& weights);
    template <class T>
    const T& one_of(const std::vector<T>& items) {
        return items[static_cast<std::size_t>(between(0, static_cast<std::int64_t>(items.size()) - 1))];
    }

private:
    std::mt19937_64 engine_;
};

class Client {
public:
    Client(Market& market, std::string name, std::uint64_t seed);

    const std::string& name() const { return name_; }
    Dice& dice() { return dice_; }
    Market& market() const { return market_; }

    Command post(const std::string& user, const std::string& path, const json::object& body,
                 const std::string& if_match = {});
    Command patch(const std::string& user, const std::string& path, const json::object& body,
                  const std::string& if_match);
    Command remove(const std::string& user, const std::string& path, const std::string& if_match);

    /// Performs a command until it is answered.
    Reply perform(const Command& command) const;
    /// All at once, each on its own thread.
    std::vector<Reply> race(const std::vector<Command>& commands) const;
    Reply get(const std::string& user, const std::string& path) const;
    /// Current ETag of a row, quoted.
    std::string etag(const std::string& path) const;

    /// Records a finding unless the reply has this status (and code).
    bool expect(const Reply& reply, int status, const std::string& what, const std::string& code = {}) const;
    void found(const std::string& what) const { market_.findings.add(name_, what); }

private:
    Command command(const std::string& user, const std::string& method, const std::string& path, std::string body,
                    const std::string& if_match);
    Reply send(const Command& command) const;
    Reply settle_unanswered(const Command& command, Reply reply) const;
    void try_again(const Command& command, const Reply& first) const;

    Market& market_;
    std::string name_;
    Dice dice_;
    int keys_ = 0;
};

}  // namespace loan_manager::testing::dealership
