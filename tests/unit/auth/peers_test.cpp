// The real binary as a system user of its own, called by others.
#include <doctest/doctest.h>

#include <grpcpp/create_channel_posix.h>
#include <grpcpp/generic/generic_stub.h>
#include <sys/stat.h>
#include <unistd.h>
#include "testing/error_codes.hpp"

#include <csignal>
#include <future>

#include "auth/sessions/throttle.hpp"
#include "suite.hpp"
#include "testing/users.hpp"

using namespace loan_manager;
using namespace loan_manager::auth::testing;
using loan_manager::testing::connect_as;

namespace {

// Users of nobody else; they need no entry in /etc/passwd.
constexpr uid_t auth_user = 61'101;
constexpr uid_t gateway_user = 61'102;
constexpr uid_t other_user = 61'103;
constexpr uid_t stranger = 61'104;
constexpr gid_t connecting_group = 61'100;

loan_manager::testing::Output as(uid_t user, gid_t group, std::vector<std::string> command) {
    command.insert(command.begin(), {"setpriv", "--reuid=" + std::to_string(user), "--regid=" + std::to_string(group),
                                     "--clear-groups"});
    return loan_manager::testing::run(command, {});
}

grpc::StatusCode ask_for_reflection(const std::string& address) {
    grpc::GenericStub stub(grpc::CreateChannel(address, grpc::InsecureChannelCredentials()));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds{20});
    const grpc::Slice list_services("\x3a\x00", 2);
    const grpc::ByteBuffer request(&list_services, 1);
    grpc::ByteBuffer answer;
    std::promise<grpc::StatusCode> ended;
    stub.UnaryCall(&context, "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo", grpc::StubOptions(),
                   &request, &answer, [&](const grpc::Status& status) { ended.set_value(status.error_code()); });
    return ended.get_future().get();
}

}  // namespace

TEST_CASE("auth as a user of its own: nobody else can be auth, and only the gateway's user speaks for a caller") {
    if (::geteuid() != 0) {
        MESSAGE("needs root, to be several users");
        return;
    }
    Suite suite;
    suite.add("nimal");
    // As deploy/systemd/loan-manager.tmpfiles makes it.
    const Folder run;
    const std::filesystem::path sockets = run.path() / "auth";
    REQUIRE(::chmod(run.path().c_str(), 0755) == 0);
    REQUIRE(::mkdir(sockets.c_str(), 0750) == 0);
    REQUIRE(::chown(sockets.c_str(), auth_user, connecting_group) == 0);
    REQUIRE(::chmod(sockets.c_str(), 02750) == 0);
    REQUIRE(::chmod(suite.keys.path().c_str(), 0755) == 0);
    const std::filesystem::path keys = suite.keys.path() / "keys";
    REQUIRE(::mkdir(keys.c_str(), 0700) == 0);
    REQUIRE(::chown(keys.c_str(), auth_user, auth_user) == 0);
    AuthProcess process(
        auth_user, suite.url(), keys,
        {{"INSTANCE_DIR", sockets.string()}, {"GATEWAY_USER", std::to_string(gateway_user)}, {"INSTANCE", "1"}});
    const std::filesystem::path socket = sockets / "1.sock";

    struct stat status {};
    REQUIRE(::lstat(socket.c_str(), &status) == 0);
    CHECK(status.st_uid == auth_user);
    CHECK(status.st_gid == connecting_group);
    CHECK((status.st_mode & 07777) == 0660);

    for (const uid_t user : {gateway_user, other_user}) {
        CHECK(as(user, connecting_group, {"touch", (sockets / "2.sock").string()}).exit_code != 0);
        CHECK(as(user, connecting_group, {"mv", socket.string(), (sockets / "3.sock").string()}).exit_code != 0);
        CHECK(as(user, connecting_group, {"ls", sockets.string()}).exit_code == 0);
    }
    CHECK(as(auth_user, auth_user, {"touch", (sockets / "notes").string()}).exit_code == 0);
    CHECK(connect_as(stranger, stranger, socket) < 0);

    const auto sign_in_as = [&](uid_t user, const std::string& account) {
        const int connection = connect_as(user, connecting_group, socket);
        REQUIRE(connection >= 0);
        Client client(grpc::CreateInsecureChannelFromFd("auth", connection));
        CHECK(client.login(account, "wrong horse").error().code == "BAD_CREDENTIALS");
    };
    const auto address_of = [&](const std::string& account) {
        return suite.admin.value("select address from auth.login_attempts where name_bucket = " +
                                 std::to_string(auth::sessions::name_bucket(account)));
    };
    sign_in_as(gateway_user, "by-the-gateway");
    CHECK(address_of("by-the-gateway") == "203.0.113.9");
    sign_in_as(other_user, "by-another");
    CHECK(address_of("by-another") == "unknown");
    sign_in_as(0, "by-root");
    CHECK(address_of("by-root") == "unknown");
    CHECK(process.stop(SIGTERM) == 0);
    CHECK_FALSE(std::filesystem::exists(socket));
}

TEST_CASE("a service that is told to listen on TCP does not start, and says why") {
    for (const std::vector<std::string>& arguments :
         {std::vector<std::string>{"--port=50051"}, {"--host=0.0.0.0"}, {"--port", "0"}}) {
        std::string output;
        CHECK(run_auth(arguments, {{"DATABASE_URL", "postgresql://x@127.0.0.1/x"}}, output) == 2);
        CHECK(output.find("must not be given: services are reached by unix sockets") != std::string::npos);
        CHECK(output.find("mutual TLS") != std::string::npos);
    }
}

TEST_CASE("services describe themselves to developers only") {
    Suite suite;
    AuthProcess production(suite.url(), suite.keys.path() / "keys", {{"ENVIRONMENT", "production"}});
    CHECK(ask_for_reflection(production.address()) == grpc::StatusCode::UNIMPLEMENTED);
    AuthProcess development(suite.url(), suite.keys.path() / "keys", {{"ENVIRONMENT", "development"}});
    CHECK(ask_for_reflection(development.address()) == grpc::StatusCode::OK);
}
