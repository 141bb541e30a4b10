#include "postgres/dsn.hpp"

#include <libpq-fe.h>
#include <algorithm>
#include <memory>

namespace loan_manager::postgres {
namespace {

// SQLAlchemy writes "postgresql+asyncpg://…?ssl=require"; libpq knows neither the suffix nor `ssl`.
std::string without_driver(std::string_view text) {
    std::string url(text);
    const std::size_t scheme_end = url.find("://");
    const std::size_t plus = url.find('+');
    if (scheme_end == std::string::npos || plus > scheme_end) return url;
    url.erase(plus, scheme_end - plus);
    const std::size_t query = url.find('?');
    for (std::size_t at = query; at != std::string::npos; at = url.find('&', at + 1)) {
        if (url.compare(at + 1, 4, "ssl=") == 0) {
            url.replace(at + 1, 4, "sslmode=");
            const std::size_t value = at + 1 + 8;
            if (url.compare(value, 4, "true") == 0) url.replace(value, 4, "require");
            if (url.compare(value, 5, "false") == 0) url.replace(value, 5, "disable");
        }
    }
    return url;
}

// libpq quotes the part of the text that it could not read, which may be a piece of the password.
std::string without_quotations(std::string_view message) {
    while (message.ends_with('\n')) {
        message.remove_suffix(1);
    }
    const std::size_t first = message.find('"');
    const std::size_t last = message.rfind('"');
    std::string out(message.substr(0, first));
    if (message.starts_with("invalid URI query parameter") || first == last) {
        return out.append(message.substr(out.size()));
    }
    return out.append("(part not shown)").append(message.substr(last + 1));
}

}  // namespace

Result<Dsn> Dsn::parse(std::string_view text) {
    char* problem = nullptr;
    const std::unique_ptr<PQconninfoOption, decltype(&PQconninfoFree)> options(
        PQconninfoParse(without_driver(text).c_str(), &problem), &PQconninfoFree);
    const std::unique_ptr<char, decltype(&PQfreemem)> owned_problem(problem, &PQfreemem);
    if (!options) {
        const std::string reason = without_quotations(problem != nullptr ? problem : "out of memory");
        return Error(Error::Kind::conversion, "invalid connection string: " + reason);
    }
    Dsn dsn;
    for (const PQconninfoOption* option = options.get(); option->keyword != nullptr; ++option) {
        if (option->val != nullptr) dsn.entries_.emplace_back(option->keyword, option->val);
    }
    return dsn;
}

std::string_view Dsn::get(std::string_view keyword) const {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == keyword; });
    return found == entries_.end() ? std::string_view() : std::string_view(found->second);
}

void Dsn::set(std::string_view keyword, std::string_view value) {
    const auto found =
        std::find_if(entries_.begin(), entries_.end(), [&](const auto& entry) { return entry.first == keyword; });
    if (found == entries_.end()) {
        entries_.emplace_back(keyword, value);
    } else {
        found->second = value;
    }
}

std::string Dsn::describe() const {
    std::string text;
    if (!get("user").empty()) text += std::string(get("user")) + '@';
    text += get("host").empty() ? (get("hostaddr").empty() ? "local" : get("hostaddr")) : get("host");
    if (!get("port").empty()) text += ':' + std::string(get("port"));
    if (!get("dbname").empty()) text += '/' + std::string(get("dbname"));
    return text;
}

}  // namespace loan_manager::postgres
