#include "support/dealership/client.hpp"

#include <algorithm>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <boost/system/system_error.hpp>
#include <chrono>
#include <stdexcept>
#include <thread>

namespace loan_manager::testing::dealership {

void Findings::add(const std::string& who, const std::string& what) {
    std::lock_guard lock(mutex_);
    ++count_;
    // The first few of each sort tell enough.
    if (++sorts_[what.substr(0, 24)] <= 3 && found_.size() < 40) found_.push_back(who + ": " + what);
}

bool Findings::none() const {
    std::lock_guard lock(mutex_);
    return count_ == 0;
}

std::string Findings::text() const {
    std::lock_guard lock(mutex_);
    std::string all;
    for (const std::string& line : found_) all += "\n" + line;
    if (count_ > found_.size()) all += "\nand " + std::to_string(count_ - found_.size()) + " more";
    return all;
}

std::string Reply::code() const { return text("code"); }

std::string Reply::text(const char* key) const {
    if (!body.is_object()) return {};
    const json::value* value = body.as_object().if_contains(key);
    return value != nullptr && value->is_string() ? std::string(value->as_string()) : std::string();
}

std::int64_t Reply::number(const char* key) const {
    if (!body.is_object()) return -1;
    const json::value* value = body.as_object().if_contains(key);
    return value != nullptr && value->is_int64() ? value->as_int64() : -1;
}

std::int64_t Dice::between(std::int64_t from, std::int64_t to) {
    // Not std::uniform_int_distribution: its choices differ between standard libraries.
    return from + static_cast<std::int64_t>(engine_() % static_cast<std::uint64_t>(to - from + 1));
}

std::size_t Dice::weighted(const std::vector<int>& weights) {
    int sum = 0;
    for (int weight : weights) sum += weight;
    auto left = between(1, sum);
    std::size_t index = 0;
    while ((left -= weights[index]) > 0) ++index;
    return index;
}

Client::Client(Market& market, std::string name, std::uint64_t seed)
    : market_(market), name_(std::move(name)), dice_(seed) {}

Command Client::command(const std::string& user, const std::string& method, const std::string& path, std::string body,
                        const std::string& if_match) {
    Command made{user, method, path, std::move(body), if_match, {}};
    if (method == "POST") {
        made.key = "life-" + name_ + "-" + std::to_string(++keys_);
        std::replace(made.key.begin(), made.key.end(), ' ', '-');
        made.lose_answer = dice_.chance(3);
        made.replay = dice_.chance(4);
        made.misuse_key = dice_.chance(3);
    }
    return made;
}

Command Client::post(const std::string& user, const std::string& path, const json::object& body,
                     const std::string& if_match) {
    return command(user, "POST", path, json::serialize(body), if_match);
}

Command Client::patch(const std::string& user, const std::string& path, const json::object& body,
                      const std::string& if_match) {
    return command(user, "PATCH", path, json::serialize(body), if_match);
}

Command Client::remove(const std::string& user, const std::string& path, const std::string& if_match) {
    return command(user, "DELETE", path, {}, if_match);
}

namespace {

Headers headers_of(const Command& command, const std::string& token) {
    Headers headers{{"authorization", "Bearer " + token}};
    if (!command.if_match.empty()) headers["if-match"] = command.if_match;
    if (!command.key.empty()) headers["idempotency-key"] = command.key;
    return headers;
}

Reply reply_of(const HttpResponse& answer) {
    Reply reply;
    reply.status = answer.status;
    reply.etag = answer.header("etag");
    reply.replayed = answer.header("idempotency-replayed") == "true";
    boost::system::error_code none;
    reply.body = json::parse(answer.body, none);
    return reply;
}

std::string describe(const Command& command) {
    return command.method + " " + command.path + " by " + command.user + " " + command.body.substr(0, 400);
}

}  // namespace

Reply Client::send(const Command& command) const {
    return reply_of(http(market_.suite.gateway_port(), command.method, command.path,
                         headers_of(command, market_.tokens.at(command.user)), command.body));
}

Reply Client::perform(const Command& command) const {
    using std::chrono::steady_clock;
    if (command.lose_answer) {
        std::string bytes = command.method + " " + command.path + " HTTP/1.1\r\nHost: x\r\n";
        for (const auto& [name, value] : headers_of(command, market_.tokens.at(command.user))) {
            bytes += name + ": " + value + "\r\n";
        }
        bytes +=
            "Content-Type: application/json\r\nContent-Length: " + std::to_string(command.body.size()) + "\r\n\r\n";
        try {
            raw_http(market_.suite.gateway_port(), bytes + command.body,
                     std::chrono::milliseconds(command.key.back() % 3 * 4 + 1));
        } catch (const boost::system::system_error&) {
            if (!market_.turbulence) found("no connection for " + describe(command));
        }
    }
    bool unanswered = false;
    const auto patience = steady_clock::now() + std::chrono::seconds(60);
    while (steady_clock::now() < patience) {
        Reply reply;
        try {
            reply = send(command);
        } catch (const boost::system::system_error& error) {
            if (!market_.turbulence) found("connection lost: " + describe(command));
            unanswered = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            continue;
        }
        if (reply.status == 409 && reply.code() == "IDEMPOTENCY_IN_FLIGHT") {
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            continue;
        }
        if (reply.status == 503 && market_.turbulence) {
            unanswered = true;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
            continue;
        }
        if (reply.status >= 500 || reply.status == 401 || reply.status == 429) {
            found("answer " + std::to_string(reply.status) + " " + json::serialize(reply.body) + " to " +
                  describe(command));
        }
        if (unanswered && command.key.empty() && !command.stale) reply = settle_unanswered(command, std::move(reply));
        if (reply.status >= 200 && reply.status < 300) try_again(command, reply);
        ++market_.answered;
        return reply;
    }
    found("never answered: " + describe(command));
    return {};
}

/// A PATCH or DELETE has no key, but its If-Match keeps it from happening twice: refused the second time, the row tells
/// whether it was done the first time. Nobody but this client changes its rows.
Reply Client::settle_unanswered(const Command& command, Reply reply) const {
    if (reply.status != 412 && reply.status != 404) return reply;
    const std::string row_path = command.path.substr(0, command.path.find("/lines/"));
    const Reply row = get("admin", row_path);
    const auto before = std::stoll(command.if_match.substr(1));
    if (row.number("version") != before + 1) return reply;
    reply = row;
    reply.status = command.method == "DELETE" ? 204 : 200;
    if (row_path != command.path && command.method == "PATCH") {
        for (const json::value& line : row.body.at("lines").as_array()) {
            if (command.path.ends_with(line.at("id").as_string())) reply.body = line;
        }
    }
    return reply;
}

void Client::try_again(const Command& command, const Reply& first) const {
    const auto answer = [&](const Command& again) -> Reply {
        for (int i = 0; i < 3000; ++i) {
            try {
                Reply reply = send(again);
                if (reply.status != 503 || !market_.turbulence) return reply;
            } catch (const boost::system::system_error&) {
                if (!market_.turbulence) throw;
            }
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
        return {};
    };
    if (command.replay && !command.key.empty()) {
        const Reply second = answer(command);
        if (!second.replayed || second.status != first.status || second.body != first.body ||
            second.etag != first.etag) {
            found("D-215 not the same answer again (" + std::to_string(second.status) + " " +
                  json::serialize(second.body) + "): " + describe(command));
        }
    }
    if (command.misuse_key && !command.key.empty()) {
        Command other = command;
        other.body += " ";  // the fingerprint is of the raw body
        const Reply refused = answer(other);
        if (refused.status != 422 || refused.code() != "IDEMPOTENCY_MISMATCH") {
            found("D-215 key with another body answered " + std::to_string(refused.status) + " " +
                  json::serialize(refused.body) + ": " + describe(command));
        }
    }
}

std::vector<Reply> Client::race(const std::vector<Command>& commands) const {
    std::vector<Reply> replies(commands.size());
    std::vector<std::thread> threads;
    for (std::size_t i = 0; i < commands.size(); ++i) {
        threads.emplace_back([&, i] { replies[i] = perform(commands[i]); });
    }
    for (std::thread& thread : threads) thread.join();
    return replies;
}

Reply Client::get(const std::string& user, const std::string& path) const {
    Command command{user, "GET", path, {}, {}, {}};
    for (int i = 0; i < 3000; ++i) {
        try {
            Reply reply = send(command);
            if (reply.status == 503 && market_.turbulence) {
                std::this_thread::sleep_for(std::chrono::milliseconds(20));
                continue;
            }
            if (reply.status >= 500 || reply.status == 401 || reply.status == 429) {
                found("answer " + std::to_string(reply.status) + " " + json::serialize(reply.body) + " to " +
                      describe(command));
            }
            return reply;
        } catch (const boost::system::system_error&) {
            if (!market_.turbulence) throw;
            std::this_thread::sleep_for(std::chrono::milliseconds(20));
        }
    }
    throw std::runtime_error("never answered: GET " + path);
}

std::string Client::etag(const std::string& path) const {
    const Reply reply = get("admin", path);
    if (reply.status != 200) found("GET " + path + " answered " + std::to_string(reply.status));
    return reply.etag;
}

bool Client::expect(const Reply& reply, int status, const std::string& what, const std::string& code) const {
    if (reply.status == status && (code.empty() || reply.code() == code)) return true;
    found(what + ": expected " + std::to_string(status) + " " + code + ", got " + std::to_string(reply.status) + " " +
          json::serialize(reply.body).substr(0, 400));
    return false;
}

}  // namespace loan_manager::testing::dealership
