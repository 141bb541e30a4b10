// What the handlers of auth share.
#pragma once

#include "auth/keys/keyring.hpp"
#include "auth/passwords/hash_pool.hpp"
#include "auth/settings.hpp"
#include "postgres/pool.hpp"
#include "runtime/clock.hpp"
#include "sql/pages.hpp"

namespace loan_manager::auth {

/// References to what main (or a test) owns; everything outlives the handlers.
struct Parts {
    const Settings& settings;
    postgres::PoolGroup& pools;
    sql::Pages& pages;
    passwords::HashPool& hashes;
    keys::Keyring& keyring;
    const runtime::Clock& clock;
};

}  // namespace loan_manager::auth
