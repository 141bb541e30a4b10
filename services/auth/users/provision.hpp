// Creating users straight in the database, for the operators' command line client: the first admin and demo users.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/passwords/argon2.hpp"
#include "commands/system_call.hpp"
#include "postgres/connection.hpp"
#include "rpc/error.hpp"

namespace loan_manager::auth {

struct NewUser {
    std::string username;  ///< trimmed and lower-cased, then `^[a-z0-9._-]{3,50}$`
    std::string full_name;
    std::optional<std::string> staff_no;
    std::optional<std::string> email;
    std::optional<std::string> phone;        ///< any accepted form, stored as E.164
    std::vector<std::string> roles;          ///< names of D-901
    std::vector<std::string> company_scope;  ///< UUIDs
    std::vector<std::string> branch_scope;   ///< UUIDs
    /// Absent: a one-time password is made up and has to be changed at the first sign-in, before it expires.
    std::optional<std::string> password;
    bool is_active = true;
    bool is_demo = false;
    std::string created_by{commands::system_user_id};
};

struct CreatedUser {
    std::string id;
    /// The one-time password, or the given one. It is stored nowhere: show it once.
    std::string password;
};

/// Inserts the user with its audit row USER_CREATED and outbox row user.created. Takes part in the transaction of the
/// connection if one is open, otherwise all or nothing. Hashes on the calling thread (tens of milliseconds).
/// Errors: VALIDATION with every bad field, DUPLICATE naming the field, UNAVAILABLE, INTERNAL.
boost::asio::awaitable<rpc::Result<CreatedUser>> create_user(postgres::Connection& connection, NewUser user,
                                                             passwords::Cost cost = passwords::Cost());

/// Gives an active user a one-time password and ends its sessions, e.g. for an admin who is locked out; returns the
/// password. Errors: NOT_FOUND, UNAVAILABLE, INTERNAL.
boost::asio::awaitable<rpc::Result<std::string>> reset_password(postgres::Connection& connection, std::string username,
                                                                passwords::Cost cost = passwords::Cost());

}  // namespace loan_manager::auth
