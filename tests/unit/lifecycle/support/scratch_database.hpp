#pragma once

#include <libpq-fe.h>

#include <memory>
#include <string>
#include <vector>

namespace loan_manager::testing {

/// A blocking session, for arranging and looking.
class Session {
public:
    explicit Session(const std::string& url);

    /// Runs any number of statements; rows of the last one as text (NULL: "").
    std::vector<std::vector<std::string>> rows(const std::string& sql);
    /// The first column of the first row; "" if there is none.
    std::string value(const std::string& sql);

private:
    std::unique_ptr<PGconn, decltype(&PQfinish)> connection_;
};

/// A migrated database of the test's own in the server of LM_TEST_POSTGRES, dropped at the end. The migration runs once
/// per executable; the rest are copies.
class ScratchDatabase {
public:
    ScratchDatabase();
    ~ScratchDatabase();
    ScratchDatabase(const ScratchDatabase&) = delete;
    ScratchDatabase& operator=(const ScratchDatabase&) = delete;

    /// As the superuser.
    const std::string& url() const { return url_; }
    /// As another role; the server lets local tests in by password "test-password".
    std::string url_as(const std::string& role) const;

private:
    std::string name_;
    std::string url_;
};

/// Adds `count` bikes to the branch with this code and what goes with them, as a procurement would. One transaction.
void procure(Session& session, const std::string& branch_code, int count, const std::string& price = "150000.00");

/// Two companies (MA, IN), branches WW, MO (MA) and BD (IN) with counters.
void add_organisation(Session& session);

}  // namespace loan_manager::testing
