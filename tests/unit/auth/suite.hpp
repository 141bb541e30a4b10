// The real binary with its database, and a client of it.
#pragma once

#include <grpcpp/grpcpp.h>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "../lifecycle/support/loop.hpp"
#include "../lifecycle/support/scratch_database.hpp"
#include "auth/users/provision.hpp"
#include "loanmanager/auth/v1/auth.grpc.pb.h"
#include "process.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth::testing {

namespace v1 = loanmanager::auth::v1;

using Metadata = std::vector<std::pair<std::string, std::string>>;

// Calls one instance.
class Client {
public:
    explicit Client(const std::string& address)
        : Client(grpc::CreateChannel(address, grpc::InsecureChannelCredentials())) {}
    explicit Client(std::shared_ptr<grpc::Channel> channel)
        : channel_(std::move(channel)),
          auth(v1::AuthService::NewStub(channel_)),
          trust(v1::TrustService::NewStub(channel_)) {}

    template <class Stub, class Request, class Answer>
    rpc::Result<Answer> call(Stub& stub, grpc::Status (Stub::*method)(grpc::ClientContext*, const Request&, Answer*),
                             const Request& request, const Metadata& metadata = {}) {
        grpc::ClientContext context;
        context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
        for (const auto& [name, value] : metadata) context.AddMetadata(name, value);
        Answer answer;
        const grpc::Status status = (stub.*method)(&context, request, &answer);
        if (!status.ok()) return rpc::from_status(status);
        return answer;
    }

    rpc::Result<v1::TokenResponse> login(const std::string& username, const std::string& password) {
        v1::LoginRequest request;
        request.set_username(username);
        request.set_password(password);
        return call(*auth, &v1::AuthService::Stub::Login, request, {{"x-client-ip", "203.0.113.9"}});
    }

    rpc::Result<v1::TokenResponse> refresh(const std::string& token) {
        v1::RefreshRequest request;
        request.set_refresh_token(token);
        return call(*auth, &v1::AuthService::Stub::Refresh, request);
    }

    rpc::Result<google::protobuf::Empty> logout(const std::string& token) {
        v1::LogoutRequest request;
        request.set_refresh_token(token);
        return call(*auth, &v1::AuthService::Stub::Logout, request);
    }

    rpc::Result<v1::Me> me(const std::string& token) {
        return call(*auth, &v1::AuthService::Stub::GetMe, v1::GetMeRequest(), {{"authorization", "Bearer " + token}});
    }

    rpc::Result<google::protobuf::Empty> change_password(const std::string& token, const std::string& current,
                                                         const std::string& next, int version,
                                                         const std::string& key = "key-00000001") {
        v1::ChangePasswordRequest request;
        request.set_current_password(current);
        request.set_new_password(next);
        return call(
            *auth, &v1::AuthService::Stub::ChangePassword, request,
            {{"authorization", "Bearer " + token}, {"if-match", std::to_string(version)}, {"idempotency-key", key}});
    }

    rpc::Result<v1::StaffList> staff(const std::string& token, const v1::ListStaffRequest& request) {
        return call(*auth, &v1::AuthService::Stub::ListStaff, request, {{"authorization", "Bearer " + token}});
    }

private:
    std::shared_ptr<grpc::Channel> channel_;

public:
    std::unique_ptr<v1::AuthService::Stub> auth;
    std::unique_ptr<v1::TrustService::Stub> trust;
};

// A database and the instances of a test.
struct Suite {
    loan_manager::testing::ScratchDatabase database;
    loan_manager::testing::Session admin{database.url()};
    Folder keys;
    loan_manager::testing::Loop loop;

    std::string url() const { return database.url_as("loan_manager_auth"); }

    auth::CreatedUser add(auth::NewUser user) { return loop.run(create(std::move(user))).value(); }

    auth::CreatedUser add(const std::string& username, std::vector<std::string> roles = {"viewer"}) {
        auth::NewUser user;
        user.username = username;
        user.full_name = "Test " + username;
        user.roles = std::move(roles);
        user.password = "correct horse";
        return add(std::move(user));
    }

private:
    boost::asio::awaitable<rpc::Result<auth::CreatedUser>> create(auth::NewUser user) {
        auto connection = (co_await postgres::Connection::open(
                               loop.context(), loan_manager::testing::connect_options(database.url()), nullptr))
                              .value();
        const auth::passwords::Cost cost{.memory_kib = 1024, .iterations = 1, .parallelism = 1};
        co_return co_await auth::create_user(*connection, std::move(user), cost);
    }
};

}  // namespace loan_manager::auth::testing
