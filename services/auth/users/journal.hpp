// What the commands on accounts have in common: their audit rows, and the account that none of them touches.
#pragma once

#include "commands/change.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "rpc/error.hpp"

namespace loan_manager::auth::users {

/// Without values. No branch: only who reads everything reads about accounts.
inline commands::Change change_of(const char* action, const loanmanager::auth::v1::User& user) {
    commands::Change change;
    change.action = action;
    change.entity_type = "user";
    change.entity_id = user.id();
    change.entity_no = user.username();
    return change;
}

/// Nobody signs in as `system`, and nothing about it may change.
inline rpc::Error system_is_fixed() {
    return rpc::Error("INVALID_STATE", "The user system owns automatic changes and cannot be changed.");
}

}  // namespace loan_manager::auth::users
