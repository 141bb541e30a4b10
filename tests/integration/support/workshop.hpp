#pragma once

#include <string>

#include "support/answers.hpp"
#include "support/suite.hpp"

namespace loan_manager::testing {

/// Repair jobs over HTTP, by an administrator at the workshop BRC unless a token says otherwise.
class Workshop {
public:
    explicit Workshop(Suite& suite = Suite::shared()) : suite_(suite), admin_(suite.token("admin")) {}

    Suite& suite() const { return suite_; }
    const std::string& admin() const { return admin_; }

    /// Ids of new rows; `extra` is inserted as further JSON members (", …"). They fail the test if that is refused.
    std::string bike(const std::string& extra = {}, const std::string& branch = "BRC") const;
    std::string sell(const std::string& bike, const std::string& extra = {}) const;
    std::string job(const std::string& bike, const std::string& extra = {}) const;
    /// A job in progress, with the demo mechanic of BRC.
    std::string started(const std::string& bike, const std::string& extra = {}) const;

    /// The answer to opening a job; `extra` may name branch_id and job_type, else BRC and SERVICE.
    HttpResponse open(const std::string& bike, const std::string& extra = {}, const std::string& token = {}) const;
    /// start, complete, cancel or invoice, with the job's present version unless `etag` is given.
    HttpResponse command(const std::string& job, const std::string& verb, const std::string& body = "{}",
                         const std::string& token = {}, std::string etag = {}) const;
    HttpResponse patch(const std::string& job, const std::string& body, const std::string& token = {}) const;
    /// Members of the line: kind, description and what `members` adds.
    HttpResponse add_line(const std::string& job, const std::string& kind, const std::string& members,
                          const std::string& token = {}) const;
    HttpResponse patch_line(const std::string& job, const std::string& line, const std::string& body,
                            const std::string& etag) const;
    HttpResponse delete_line(const std::string& job, const std::string& line, const std::string& etag) const;

    boost::json::value get(const std::string& job) const;
    std::string etag(const std::string& job) const;
    /// A text member of the bike.
    std::string of_bike(const std::string& bike, const char* key) const;
    std::string bike_status(const std::string& bike) const { return of_bike(bike, "status"); }
    /// "type amount post_sale branch parts labour overhead" of each entry that books the job.
    std::string ledger(const std::string& job) const;
    /// User id of a demo user.
    std::string user_id(const std::string& username) const;
    std::string mechanic() const { return suite_.user_with_role("mechanic", "BRC"); }

private:
    const std::string& or_admin(const std::string& token) const { return token.empty() ? admin_ : token; }
    Suite& suite_;
    std::string admin_;
};

/// Body that completes a job.
extern const std::string done;

}  // namespace loan_manager::testing
