#include <doctest/doctest.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <boost/json/parse.hpp>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "lifecycle/support/scratch_database.hpp"

// The real program, as a shell would run it, against a real database.

using namespace loan_manager;
using testing::ScratchDatabase;
using testing::Session;

namespace {

struct Output {
    int exit_code = -1;
    std::string text;  ///< Standard output and standard error.
};

Output ctl(const std::string& environment, const std::string& arguments) {
    const std::string command =
        "env -i PATH=/usr/bin:/bin HOME=/tmp USER=tester " + environment + " '" LM_CTL "' " + arguments + " 2>&1";
    FILE* pipe = ::popen(command.c_str(), "r");
    Output output;
    std::array<char, 4096> buffer{};
    for (std::size_t n = 0; (n = std::fread(buffer.data(), 1, buffer.size(), pipe)) > 0;) {
        output.text.append(buffer.data(), n);
    }
    const int status = ::pclose(pipe);
    output.exit_code = WIFEXITED(status) ? WEXITSTATUS(status) : 128;
    return output;
}

std::string with_database(const ScratchDatabase& database) { return "DATABASE_URL='" + database.url() + "'"; }

struct Folder {
    Folder() : path(std::filesystem::temp_directory_path() / ("lm-ctl-" + std::to_string(::getpid()))) {
        std::filesystem::create_directories(path);
    }
    ~Folder() { std::filesystem::remove_all(path); }
    std::filesystem::path path;
};

std::string read(const std::filesystem::path& path) {
    std::ifstream in(path);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
}

/// A line for every table: how many rows, and a digest of all of them.
std::string fingerprint(Session& session) {
    std::string all;
    for (const char* table : {"companies", "branches", "stock_counters", "users", "bicycles", "stock_numbers",
                              "cost_ledger", "audit_log", "outbox", "commission_rules"}) {
        all += session.value(
                   std::string("SELECT count(*) || ' ' || md5(coalesce(string_agg(t::text, ',' ORDER BY t::text), "
                               "'')) FROM ") +
                   table + " t") +
               "\n";
    }
    return all;
}

}  // namespace

TEST_CASE("D-303 seed demo loads organisation, users and bikes; a second run changes nothing; the invariants hold") {
    ScratchDatabase database;
    Session session(database.url());
    const Folder folder;
    const std::filesystem::path passwords = folder.path / "users.json";
    const auto began = std::chrono::steady_clock::now();
    const Output seeded = ctl(with_database(database), "seed demo --passwords-file " + passwords.string());
    const auto taken = std::chrono::steady_clock::now() - began;
    CAPTURE(seeded.text);
    REQUIRE(seeded.exit_code == 0);
    MESSAGE("seed demo took ", std::chrono::duration_cast<std::chrono::milliseconds>(taken).count(), " ms");

    CHECK(session.value("SELECT count(*) FROM companies WHERE is_demo") == "2");
    CHECK(session.value("SELECT count(*) FROM branches WHERE is_demo") == "19");
    CHECK(session.value("SELECT count(*) FROM stock_counters") == "19");
    // D-809
    CHECK(session.value(
              "SELECT count(*) FROM commission_rules WHERE base = 'PROFIT' AND pool_rate = 5.00 AND buyer_share "
              "= 30 AND seller_share = 50 AND garage_share = 10 AND garage_kind = 'PERCENTAGE' AND officer_share "
              "= 10 AND effective_from = '2000-01-01' AND effective_to IS NULL AND is_demo") == "2");
    CHECK(session.value("SELECT count(*) FROM users WHERE is_demo") == "155");
    CHECK(session.value("SELECT count(*) FROM bicycles WHERE is_demo") == "190");
    CHECK(session.value("SELECT count(*) FROM bicycles WHERE allocation_kind = 'CUSTOMER' AND reserved_until >= "
                        "current_date") == "6");
    CHECK(session.value("SELECT count(*) FROM outbox WHERE event_type = 'bike.procured'") == "190");
    CHECK(session.value("SELECT sum(last_number) FROM stock_counters") == "190");
    CHECK(session.value("SELECT max(procurement_date) < current_date + 1 FROM bicycles") == "t");

    struct stat status {};
    REQUIRE(::stat(passwords.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777) == 0600);
    const boost::json::value document = boost::json::parse(read(passwords));
    const boost::json::array& users = document.as_array();
    CHECK(users.size() == 155);
    CHECK(users[0].at("username") == "admin");
    CHECK(users[0].at("password").as_string().size() >= 10);
    CHECK(users[1].at("company_codes").as_array()[0] == "MA");
    CHECK(session.value("SELECT count(*) FROM users WHERE is_demo AND must_change_password") == "0");

    const Output checked = ctl(with_database(database), "check");
    CAPTURE(checked.text);
    CHECK(checked.exit_code == 0);

    const std::string before = fingerprint(session), file_before = read(passwords);
    const Output again = ctl(with_database(database), "seed demo --passwords-file " + passwords.string());
    CAPTURE(again.text);
    CHECK(again.exit_code == 0);
    CHECK(fingerprint(session) == before);
    CHECK(read(passwords) == file_before);
}

TEST_CASE("seed demo that was interrupted is completed, with the passwords it had told") {
    ScratchDatabase database;
    Session session(database.url());
    const Folder folder;
    const std::filesystem::path passwords = folder.path / "users.json";
    REQUIRE(ctl(with_database(database), "seed demo --passwords-file " + passwords.string()).exit_code == 0);
    const std::string told = read(passwords);
    session.rows("DELETE FROM users WHERE username = 'viewer2'");
    REQUIRE(ctl(with_database(database), "seed demo --passwords-file " + passwords.string()).exit_code == 0);
    CHECK(session.value("SELECT count(*) FROM users WHERE is_demo") == "155");
    CHECK(read(passwords) == told);
    // Without the file the passwords cannot be known; that is said, and is no failure.
    std::filesystem::remove(passwords);
    const Output lost = ctl(with_database(database), "seed demo --passwords-file " + passwords.string());
    CHECK(lost.exit_code == 0);
    CHECK(lost.text.find("155 demo users exist whose passwords are not in the file") != std::string::npos);
}

TEST_CASE("check names what is broken, for people and as JSON, and ends with 1") {
    ScratchDatabase database;
    Session session(database.url());
    testing::add_organisation(session);
    testing::procure(session, "WW", 2);
    const Output good = ctl(with_database(database), "check --json");
    CHECK(good.exit_code == 0);
    CHECK(boost::json::parse(good.text).at("status") == "ok");
    // The view was never filled: there is nothing to compare.
    CHECK(boost::json::parse(good.text).at("skipped").as_array().at(0) == "I-28");
    session.rows("UPDATE stock_counters SET last_number = 0");
    const Output broken = ctl(with_database(database), "check");
    CHECK(broken.exit_code == 1);
    CHECK(broken.text.find("I-04  VIOLATED") != std::string::npos);
    CHECK(broken.text.find("1 of 28 invariants are violated") != std::string::npos);
    const boost::json::value report = boost::json::parse(ctl(with_database(database), "check --json").text);
    CHECK(report.at("status") == "violated");
    CHECK(report.at("violations").as_array().at(0).at("id") == "I-04");
    CHECK(report.at("violations").as_array().at(0).at("rows") == 1);
}

TEST_CASE("the first admin is made once, with a one-time password shown once") {
    ScratchDatabase database;
    Session session(database.url());
    const Output made = ctl(with_database(database), "user create --username Boss --first-admin");
    CAPTURE(made.text);
    REQUIRE(made.exit_code == 0);
    CHECK(made.text.find("One-time password of") != std::string::npos);
    CHECK(session.value("SELECT must_change_password AND roles = '{admin}' FROM users WHERE username = 'boss'") == "t");
    CHECK(ctl(with_database(database), "user create --username other --first-admin").exit_code == 1);
    CHECK(ctl(with_database(database), "user create --username boss --role viewer").exit_code == 1);
    CHECK(ctl(with_database(database), "user create --username x.y --role king").exit_code == 1);
    CHECK(ctl(with_database(database), "user create --username agent --role sales_agent --branch ZZ").exit_code == 2);
    CHECK(session.value("SELECT count(*) FROM users WHERE username <> 'system'") == "1");
    CHECK(ctl(with_database(database), "user reset-password --username boss").exit_code == 0);
    CHECK(ctl(with_database(database), "user reset-password --username nobody").exit_code == 1);
}

TEST_CASE("exit codes: usage 2, unreachable 3") {
    CHECK(ctl("", "").exit_code == 2);
    CHECK(ctl("", "check").exit_code == 2);
    CHECK(ctl("", "check --database-url postgresql://nobody@127.0.0.1:1/nothing").exit_code == 3);
    CHECK(ctl("", "refresh --all").exit_code == 2);
    CHECK(ctl("SECRET_KEY=0123456789012345678901234567890123456789", "refresh --all --address nonsense").exit_code ==
          2);
    const std::string secret = "SECRET_KEY=0123456789012345678901234567890123456789";
    CHECK(ctl(secret, "refresh --all --address unix:/tmp/lm-nobody-listens-here").exit_code == 3);
    CHECK(ctl(secret, "refresh --all --address 127.0.0.1:1").exit_code == 2);
    CHECK(ctl("", "--help").exit_code == 0);
}

TEST_CASE("migrate brings an empty database up, and does nothing the second time") {
    ScratchDatabase database;
    const Output again = ctl(with_database(database), "migrate");
    CAPTURE(again.text);
    CHECK(again.exit_code == 0);
    CHECK(again.text.find("up to date") != std::string::npos);
    Session session(database.url());
    session.rows("CREATE DATABASE lm_unit_empty_" + std::to_string(::getpid()));
    std::string empty = database.url();
    empty.replace(empty.rfind('/') + 1, std::string::npos, "lm_unit_empty_" + std::to_string(::getpid()));
    const Output fresh = ctl("", "migrate --database-url '" + empty + "'");
    CAPTURE(fresh.text);
    CHECK(fresh.exit_code == 0);
    CHECK(Session(empty).value("SELECT count(*) FROM bicycles") == "0");
    session.rows("DROP DATABASE lm_unit_empty_" + std::to_string(::getpid()) + " WITH (FORCE)");
}
