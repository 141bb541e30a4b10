// One user for each role, all of the same branch, and the same rows in that branch, in another branch of its company
// and in a branch of the other company.
#pragma once

#include <array>
#include <map>
#include <set>
#include <string>

#include "support/suite.hpp"

namespace loan_manager::testing::permissions {

enum class Place { own, sister, foreign };
inline constexpr std::array places{Place::own, Place::sister, Place::foreign};
const char* to_string(Place place);

class World {
public:
    explicit World(Suite& suite);
    /// The one on the shared suite.
    static World& shared();

    Suite& suite() const { return suite_; }
    /// Scope of every user of the test: company MA, its branch "BT".
    std::string branch(Place place) const;
    std::string token(const std::string& role) const { return tokens_.at(role); }
    std::string user_id(const std::string& role) const { return user_ids_.at(role); }
    std::string admin() const { return tokens_.at("admin"); }
    /// Id of a row, or a value, that requests name: "bike", "job", "line", "number" …
    const std::string& at(Place place, const std::string& name) const { return rows_.at(place).at(name); }
    /// `text` with every `$name` replaced.
    std::string filled(std::string text, Place place) const;

    /// Posts as the admin and returns the answer; throws unless it is a success.
    boost::json::value made(const std::string& path, const std::string& body, const std::string& if_match = {}) const;

    /// Ids in all pages of a list; throws unless every page is 200.
    std::multiset<std::string> listed(const std::string& path, const std::string& role) const;

    /// D-901: whether reach `reach` of the users covers a row at `place`; a mechanic covers what is assigned to him.
    static bool covered(char reach, Place place) {
        return reach == 'A' || place == Place::own || (reach == 'C' && place == Place::sister);
    }

private:
    void make_users();
    void make_rows(Place place);

    Suite& suite_;
    std::map<std::string, std::string> tokens_;
    std::map<std::string, std::string> user_ids_;
    std::map<Place, std::map<std::string, std::string>> rows_;
};

/// "403 FORBIDDEN", "404"; other answers than 403 by their status alone.
std::string outcome(const HttpResponse& answer);

}  // namespace loan_manager::testing::permissions
