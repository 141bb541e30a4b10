#pragma once

#include <doctest/doctest.h>
#include <string>

#include "support/suite.hpp"

/// D-219: old and new of an audit row hold every column that changed, as a comparison of the rows themselves finds
/// them.
namespace loan_manager::testing {

/// A row as it is now, before and after the command whose audit row is looked at.
inline std::string row_as_json(Suite& suite, const std::string& table, const std::string& id) {
    return suite.database().value(
        "select to_jsonb(t) - '{id,version,created_at,created_by,updated_at,updated_by}'::text[] "
        "from " +
        table + " t where id = '" + id + "'");
}

inline void check_audited(Suite& suite, const std::string& action, const std::string& id, const std::string& before,
                          const std::string& after) {
    CAPTURE(action);
    auto database = suite.database();
    const auto changed =
        "select coalesce(b.key, a.key) as key, b.value as was, a.value as is from jsonb_each($before$" + before +
        "$before$::jsonb) b full join jsonb_each($after$" + after +
        "$after$::jsonb) a on a.key = b.key where a.value is distinct from b.value";
    const auto audited = "(select old, new from audit_log where action = '" + action + "' and entity_id = '" + id +
                         "' order by at desc, id desc limit 1)";
    const auto expected = database.value("select string_agg(key, ' ' order by key) from (" + changed + ") c");
    CHECK(expected != "");
    for (const std::string side : {"old", "new"}) {
        CAPTURE(side);
        CHECK(database.value("select string_agg(k, ' ' order by k) from " + audited + " a, jsonb_object_keys(a." +
                             side + ") k") == expected);
    }
    // Instants are shown in another form; everything else is the value itself.
    CHECK(database.value(
              "select count(*) from (" + changed + ") c, " + audited +
              " a where c.key not like '%\\_at' and (nullif(c.was, 'null') #>> '{}' is distinct from a.old ->> "
              "c.key or nullif(c.is, 'null') #>> '{}' is distinct from a.new ->> c.key)") == "0");
    CHECK(database.value("select count(*) from (" + changed + ") c, " + audited +
                         " a where c.key like '%\\_at' and ((c.was = 'null') <> (a.old ->> c.key is null) or "
                         "(c.is = 'null') <> (a.new ->> c.key is null))") == "0");
}

}  // namespace loan_manager::testing
