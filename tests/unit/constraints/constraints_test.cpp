// Every constraint of the database has a meaning for the caller, or a reason why no input can violate it.
#include <doctest/doctest.h>
#include <google/protobuf/descriptor.h>

#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "../lifecycle/support/scratch_database.hpp"
#include "auth/users/account_rows.hpp"
#include "fleet/constraints.hpp"
#include "loanmanager/auth/v1/auth.pb.h"
#include "loanmanager/fleet/v1/bikes.pb.h"
#include "loanmanager/fleet/v1/commissions.pb.h"
#include "loanmanager/fleet/v1/expenses.pb.h"
#include "loanmanager/fleet/v1/organisation.pb.h"
#include "loanmanager/fleet/v1/repairs.pb.h"
#include "loanmanager/fleet/v1/sales.pb.h"
#include "loanmanager/fleet/v1/transfers.pb.h"
#include "loanmanager/options/v1/options.pb.h"
#include "rpc/error.hpp"

using namespace loan_manager;

namespace {

// Of one schema: "table constraint" → definition. What a row can violate: constraints, unique indexes, NOT NULL (one
// entry for a table, naming its columns), and triggers that raise.
constexpr const char* catalogue = R"(
    WITH tables AS (SELECT c.oid, c.relname FROM pg_class c
                    WHERE c.relnamespace = 'SCHEMA'::regnamespace AND c.relkind IN ('r', 'p'))
    SELECT t.relname || ' ' || k.conname, pg_get_constraintdef(k.oid) FROM tables t
        JOIN pg_constraint k ON k.conrelid = t.oid WHERE k.contype IN ('c', 'f', 'p', 'u', 'x')
    UNION ALL
    SELECT t.relname || ' ' || i.relname, pg_get_indexdef(i.oid) FROM tables t
        JOIN pg_index x ON x.indrelid = t.oid AND x.indisunique JOIN pg_class i ON i.oid = x.indexrelid
        WHERE NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.oid AND k.contype IN ('p', 'u', 'x'))
    UNION ALL
    SELECT t.relname || ' NOT NULL ' || string_agg(a.attname, ' ' ORDER BY a.attnum), '' FROM tables t
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnotnull AND a.attnum > 0 AND NOT a.attisdropped
        GROUP BY t.relname
    UNION ALL
    SELECT t.relname || ' ' || g.tgname, '' FROM tables t JOIN pg_trigger g ON g.tgrelid = t.oid AND NOT g.tgisinternal
        JOIN pg_proc p ON p.oid = g.tgfoid WHERE p.prosrc ~* 'raise\s+exception'
)";

std::map<std::string, std::string> constraints_of(loan_manager::testing::Session& session, const std::string& schema) {
    std::map<std::string, std::string> found;
    const std::string sql = std::regex_replace(std::string(catalogue), std::regex("SCHEMA"), schema);
    for (const auto& row : session.rows(sql)) found[row.at(0)] = row.at(1);
    return found;
}

// "table constraint" → why no input reaches it.
std::map<std::string, std::string> proofs_of(const std::string& schema) {
    std::ifstream file(std::string(LM_SOURCE) + "/tests/unit/constraints/" + schema + ".txt");
    REQUIRE(file.is_open());
    std::map<std::string, std::string> proofs;
    for (std::string line; std::getline(file, line);) {
        if (line.empty() || line.front() == '#') continue;
        const auto bar = line.find(" | ");
        REQUIRE_MESSAGE(bar != std::string::npos, line);
        CHECK_MESSAGE(proofs.emplace(line.substr(0, bar), line.substr(bar + 3)).second, "twice: ", line);
    }
    return proofs;
}

// The contract's files: named, so that the linker takes their messages.
const std::vector<const google::protobuf::Descriptor*> contract{
    loanmanager::auth::v1::User::descriptor(),       loanmanager::fleet::v1::Bike::descriptor(),
    loanmanager::fleet::v1::Sale::descriptor(),      loanmanager::fleet::v1::Expense::descriptor(),
    loanmanager::fleet::v1::RepairJob::descriptor(), loanmanager::fleet::v1::Transfer::descriptor(),
    loanmanager::fleet::v1::Company::descriptor(),   loanmanager::fleet::v1::Commission::descriptor(),
};

// Whether the declared checks of a request field keep what they let through inside the bounds of a constraint.
bool is_declared(const std::string& package, const std::string& path, const std::string& definition) {
    using google::protobuf::FieldDescriptor;
    const auto dot = path.find('.');
    const auto* message =
        google::protobuf::DescriptorPool::generated_pool()->FindMessageTypeByName(package + path.substr(0, dot));
    const FieldDescriptor* field = message == nullptr ? nullptr : message->FindFieldByName(path.substr(dot + 1));
    if (field == nullptr) return false;
    const auto& options = field->options().GetExtension(loanmanager::options::v1::field);
    std::smatch bound;
    if (std::regex_search(definition, bound, std::regex(R"(char_length\(\w+\) <= (\d+))"))) {
        if (options.max_len() == 0 || options.max_len() > std::stoul(bound[1])) return false;
    }
    if (std::regex_search(definition, bound, std::regex(R"(char_length\(\w+\) >= (\d+))"))) {
        // Empty text is absent (D-206), so one character is always there.
        if (std::max(1U, options.min_len()) < std::stoul(bound[1])) return false;
    }
    // Zero, where only more is allowed, must be refused by what the field declares.
    const bool positive = std::regex_search(definition, std::regex(R"(> \(?0)"));
    if (positive && !options.positive() && !(options.has_min() && options.min() > 0)) return false;
    return field->cpp_type() == FieldDescriptor::CPPTYPE_ENUM || options.max_len() != 0 || options.has_min() ||
           !options.pattern().empty() || options.one_of_size() != 0 ||
           options.format() != loanmanager::options::v1::Field::FORMAT_UNSPECIFIED;
}

void check_schema(const std::string& schema, const std::string& package,
                  const std::vector<commands::Constraint>& meanings) {
    loan_manager::testing::ScratchDatabase database;
    loan_manager::testing::Session session(database.url());
    const auto present = constraints_of(session, schema);
    auto proofs = proofs_of(schema);
    std::set<std::string> mapped;
    for (const commands::Constraint& meaning : meanings) {
        CAPTURE(meaning.name);
        CHECK(meaning.field.empty() == meaning.issue.empty());
        CHECK_MESSAGE(mapped.insert(std::string(meaning.name)).second, "mapped twice");
    }
    for (const auto& [constraint, definition] : present) {
        CAPTURE(constraint);
        CAPTURE(definition);
        const bool has_meaning = mapped.erase(constraint.substr(constraint.find(' ') + 1)) != 0;
        const auto proof = proofs.find(constraint);
        CHECK_MESSAGE(has_meaning != (proof != proofs.end()), "needs either a meaning or a reason");
        if (proof == proofs.end()) continue;
        std::istringstream fields(proof->second);
        std::string word;
        fields >> word;
        if (word == "declared:") {
            while (fields >> word) CHECK_MESSAGE(is_declared(package, word, definition), word);
        } else {
            CHECK(proof->second.size() > 10);
        }
        proofs.erase(proof);
    }
    for (const auto& [constraint, why] : proofs) FAIL_CHECK("no such constraint: ", constraint);
    for (const std::string& name : mapped) FAIL_CHECK("no such constraint: ", name);
}

}  // namespace

TEST_CASE("D-211 every constraint of schema auth has a code, or a reason why no input reaches it") {
    const auto& meanings = auth::users::constraints;
    check_schema("auth", "loanmanager.auth.v1.", {meanings.begin(), meanings.end()});
}

TEST_CASE("D-211 every constraint of schema fleet has a code, or a reason why no input reaches it") {
    check_schema("fleet", "loanmanager.fleet.v1.", fleet::constraints());
}
