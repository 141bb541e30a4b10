// Secrets in answers and requests: what is written down of them, for every message of the contract.
#include "commands/secrets.hpp"

#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include "loanmanager/auth/v1/auth.pb.h"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "validate/field_options.hpp"

using namespace loan_manager;
namespace v1 = loanmanager::auth::v1;
using google::protobuf::FieldDescriptor;

TEST_CASE("D-215 secrets: a message is known to hold one, also deep inside") {
    CHECK(commands::has_secrets(v1::UserWithPassword::descriptor()));
    CHECK(commands::has_secrets(v1::ChangePasswordRequest::descriptor()));
    CHECK(commands::has_secrets(v1::LoginRequest::descriptor()));
    CHECK(commands::has_secrets(v1::TokenResponse::descriptor()));
    CHECK_FALSE(commands::has_secrets(v1::UserList::descriptor()));
    CHECK_FALSE(commands::has_secrets(loanmanager::fleet::v1::SellBikeRequest::descriptor()));
}

TEST_CASE("D-215 secrets: withheld, and said so; everything else stays") {
    v1::UserWithPassword answer;
    answer.set_username("nimal");
    answer.set_version(3);
    answer.set_one_time_password("k7wmx-3hqzt-p9d4r-ny8cv");
    v1::UserWithPassword expected = answer;
    expected.clear_one_time_password();
    expected.set_one_time_password_shown(true);
    commands::withhold_secrets(answer);
    CHECK(answer.SerializeAsString() == expected.SerializeAsString());
    // Nothing was shown where there was nothing.
    v1::UserWithPassword without;
    without.set_username("nimal");
    commands::withhold_secrets(without);
    CHECK_FALSE(without.one_time_password_shown());
}

TEST_CASE("D-215 secrets: every answer to a command that has one can be null and can say so") {
    int commands = 0, secrets = 0;
    for (const auto* file : {v1::User::descriptor()->file(), loanmanager::fleet::v1::Bike::descriptor()->file(),
                             loanmanager::fleet::v1::Sale::descriptor()->file()}) {
        for (int s = 0; s < file->service_count(); ++s) {
            for (int m = 0; m < file->service(s)->method_count(); ++m) {
                const auto* method = file->service(s)->method(m);
                const auto& route = method->options().GetExtension(loanmanager::options::v1::route);
                if (!route.idempotency_key()) continue;
                ++commands;
                const auto* answer = method->output_type();
                for (int f = 0; f < answer->field_count(); ++f) {
                    const FieldDescriptor* field = answer->field(f);
                    CAPTURE(field->full_name());
                    const bool named_so = field->name().find("password") != std::string::npos ||
                                          field->name().find("token") != std::string::npos ||
                                          field->name().find("secret") != std::string::npos;
                    if (!validate::options_of(field).secret()) {
                        CHECK((!named_so || field->type() == FieldDescriptor::TYPE_BOOL));
                        continue;
                    }
                    ++secrets;
                    CHECK(field->has_presence());
                    const FieldDescriptor* shown = answer->FindFieldByName(field->name() + "_shown");
                    REQUIRE(shown != nullptr);
                    CHECK(shown->type() == FieldDescriptor::TYPE_BOOL);
                }
            }
        }
    }
    CHECK(commands > 10);
    CHECK(secrets == 1 + 1);  // CreateUser and ResetPassword answer with the same message
}
