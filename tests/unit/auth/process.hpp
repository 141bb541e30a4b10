// The real auth binary, for tests.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

#include "testing/process.hpp"

namespace loan_manager::auth::testing {

/// A directory that goes away with its object.
class Folder {
public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_;
};

using loan_manager::testing::Environment;

/// A running instance. Killed at the end if it has not ended.
class AuthProcess {
public:
    /// Returns when the instance says it is ready; throws with its log if it ends before.
    AuthProcess(const std::string& database_url, const std::filesystem::path& keys, Environment extra = {});
    /// The same as another system user, for root: INSTANCE_DIR and the keys are his already.
    AuthProcess(uid_t user, const std::string& database_url, const std::filesystem::path& keys, Environment extra);

    /// Of its gRPC server.
    const std::string& address() const { return address_; }
    /// Stops it with the signal and returns its exit code.
    int stop(int signal);
    std::string log() const;

private:
    void start(const std::vector<std::string>& command, Environment environment);

    Folder folder_;
    loan_manager::testing::Process process_;
    std::string address_;
};

/// Runs the binary to its end; its output goes to `output`.
int run_auth(const std::vector<std::string>& arguments, const Environment& environment, std::string& output);

}  // namespace loan_manager::auth::testing
