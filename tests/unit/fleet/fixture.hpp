#pragma once

#include <grpcpp/channel.h>
#include <grpcpp/client_context.h>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "loanmanager/fleet/v1/bikes.grpc.pb.h"
#include "loanmanager/fleet/v1/organisation.grpc.pb.h"
#include "testing/process.hpp"

namespace loan_manager::fleet::testing {

namespace v1 = loanmanager::fleet::v1;

/// What a call ended with, in the words of D-211.
struct Outcome {
    std::string code;                 ///< Empty: success.
    std::vector<std::string> issues;  ///< "field: issue"
    bool replayed = false;

    bool ok() const { return code.empty(); }
};

/// How one call is made.
struct Call {
    std::string user = "admin";
    std::string key;  ///< Idempotency-Key; "new" draws one.
    std::string if_match;
};

/// The real service on a real database: two companies, three branches, users of several roles. Built once for all tests
/// of the process; each test works on bikes of its own.
class Fleet {
public:
    static Fleet& instance();

    /// Starts another process of the service, on the same database, with further settings.
    class Process {
    public:
        Process(const std::string& database_url, const std::map<std::string, std::string>& settings);
        ~Process();
        Process(const Process&) = delete;
        Process& operator=(const Process&) = delete;
        std::shared_ptr<grpc::Channel> channel() const { return channel_; }

    private:
        std::filesystem::path folder_;
        loan_manager::testing::Process process_;
        std::shared_ptr<grpc::Channel> channel_;
    };

    std::shared_ptr<grpc::Channel> channel() const { return process_->channel(); }
    const std::string& database_url() const { return service_url_; }

    /// Runs SQL as the owner of the database and returns the first column of each row.
    std::vector<std::string> sql(const std::string& text) const;
    std::string value(const std::string& text) const;

    Outcome procure(const v1::ProcureBikeRequest& request, const Call& call, v1::Bike& bike,
                    std::shared_ptr<grpc::Channel> channel = nullptr) const;
    Outcome update(const v1::UpdateBikeRequest& request, const Call& call, v1::Bike& bike) const;
    Outcome get(const std::string& id, const Call& call, v1::Bike& bike) const;
    Outcome list(const v1::ListBikesRequest& request, const Call& call, v1::BikeList& list) const;

    /// Prepares a context with the token of the user and the headers of the call.
    void prepare(grpc::ClientContext& context, const Call& call) const;
    static Outcome read(const grpc::Status& status, const grpc::ClientContext& context);

    /// Checks every invariant of the domain on the whole database.
    std::vector<std::string> broken_invariants() const;

private:
    Fleet();
    ~Fleet();
    void seed() const;

    std::string admin_url_, owner_url_, service_url_, name_;
    std::unique_ptr<Process> process_;
};

/// A purchase that is valid as it stands.
v1::ProcureBikeRequest purchase(const std::string& branch);
std::string fresh_plate();

}  // namespace loan_manager::fleet::testing
