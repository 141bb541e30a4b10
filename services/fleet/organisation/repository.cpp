#include "fleet/organisation/repository.hpp"

#include "fleet/values/proto_values.hpp"

namespace loan_manager::fleet::organisation {
namespace {

#define LM_COMPANY_COLUMNS                                                                                        \
    "c.id, c.code, c.name, c.district, c.contact_person, c.contact_phone, c.contact_email, c.address, c.tax_id, " \
    "c.is_active, c.is_demo, c.version, c.created_at, c.updated_at FROM fleet.companies c "
#define LM_BRANCH_COLUMNS                                                                                        \
    "r.id, r.code, r.name, r.company_id, c.code, r.district, r.is_repair_center, r.is_active, r.display_order, " \
    "r.address, r.phone, r.operating_hours, r.latitude, r.longitude, r.is_demo, r.version, r.created_at, "       \
    "r.updated_at FROM fleet.branches r JOIN fleet.companies c ON c.id = r.company_id "

constexpr postgres::Statement company{"organisation.company",
                                      "SELECT " LM_COMPANY_COLUMNS "WHERE c.code = $1 OR c.id::text = $1"};
constexpr postgres::Statement branch{"organisation.branch",
                                     "SELECT " LM_BRANCH_COLUMNS "WHERE r.code = $1 OR r.id::text = $1"};

// One statement for each order: $2 and $3 are the cursor, the last parameter the limit.
#define LM_COMPANIES(name, key, compare, direction)                                                              \
    postgres::Statement {                                                                                        \
        name, "SELECT " LM_COMPANY_COLUMNS                                                                       \
              "WHERE ($1::boolean IS NULL OR c.is_active = $1) "                                                 \
              "AND ($2::text IS NULL OR (" key ", c.id) " compare " ($2, $3::uuid)) ORDER BY " key " " direction \
              ", c.id " direction " LIMIT $4"                                                                    \
    }
#define LM_BRANCHES(name, key, compare, direction)                                                                   \
    postgres::Statement {                                                                                            \
        name, "SELECT " LM_BRANCH_COLUMNS                                                                            \
              "WHERE ($1::boolean IS NULL OR r.is_active = $1) "                                                     \
              "AND ($2::text IS NULL OR (" key ", r.id) " compare                                                    \
              " ($2, $3::uuid)) "                                                                                    \
              "AND ($5::text IS NULL OR c.code = $5 OR c.id::text = $5) "                                            \
              "AND ($6::boolean IS NULL OR r.is_repair_center = $6) ORDER BY " key " " direction ", r.id " direction \
              " LIMIT $4"                                                                                            \
    }

constexpr auto companies_by_code = LM_COMPANIES("organisation.companies_code", "c.code", ">", "ASC");
constexpr auto companies_by_code_desc = LM_COMPANIES("organisation.companies_code_desc", "c.code", "<", "DESC");
constexpr auto companies_by_name = LM_COMPANIES("organisation.companies_name", "c.name", ">", "ASC");
constexpr auto companies_by_name_desc = LM_COMPANIES("organisation.companies_name_desc", "c.name", "<", "DESC");
constexpr auto branches_by_code = LM_BRANCHES("organisation.branches_code", "r.code", ">", "ASC");
constexpr auto branches_by_code_desc = LM_BRANCHES("organisation.branches_code_desc", "r.code", "<", "DESC");
constexpr auto branches_by_name = LM_BRANCHES("organisation.branches_name", "r.name", ">", "ASC");
constexpr auto branches_by_name_desc = LM_BRANCHES("organisation.branches_name_desc", "r.name", "<", "DESC");

#undef LM_COMPANIES
#undef LM_BRANCHES
#undef LM_COMPANY_COLUMNS
#undef LM_BRANCH_COLUMNS

constexpr postgres::Statement count_companies{
    "organisation.count_companies",
    "SELECT count(*) FROM fleet.companies c WHERE $1::boolean IS NULL OR c.is_active = $1"};
constexpr postgres::Statement count_branches{
    "organisation.count_branches",
    "SELECT count(*) FROM fleet.branches r JOIN fleet.companies c ON c.id = r.company_id "
    "WHERE ($1::boolean IS NULL OR r.is_active = $1) AND ($2::text IS NULL OR c.code = $2 OR c.id::text = $2) "
    "AND ($3::boolean IS NULL OR r.is_repair_center = $3)"};

constexpr postgres::Statement reference_check{"organisation.references",
                                              "SELECT 'company', n FROM unnest($1::text[]) n WHERE EXISTS "
                                              "(SELECT FROM fleet.companies c WHERE c.code = n OR c.id::text = n) "
                                              "UNION ALL SELECT 'branch', n FROM unnest($2::text[]) n WHERE EXISTS "
                                              "(SELECT FROM fleet.branches r WHERE r.code = n OR r.id::text = n)"};

// Hands a nullable text column to a setter.
template <class Set>
void if_set(const postgres::Row& row, int column, Set set) {
    if (auto value = row.get<MaybeText>(column)) {
        set(*std::move(value));
    }
}

v1::Company to_company(const postgres::Row& row) {
    v1::Company out;
    out.set_id(row.get<std::string>(0));
    out.set_code(row.get<std::string>(1));
    out.set_name(row.get<std::string>(2));
    out.set_district(row.get<std::string>(3));
    if_set(row, 4, [&](auto v) { out.set_contact_person(std::move(v)); });
    if_set(row, 5, [&](auto v) { out.set_contact_phone(std::move(v)); });
    if_set(row, 6, [&](auto v) { out.set_contact_email(std::move(v)); });
    if_set(row, 7, [&](auto v) { out.set_address(std::move(v)); });
    if_set(row, 8, [&](auto v) { out.set_tax_id(std::move(v)); });
    out.set_is_active(row.get<bool>(9));
    out.set_is_demo(row.get<bool>(10));
    out.set_version(row.get<std::int32_t>(11));
    assign(*out.mutable_created_at(), row.get<WallTime>(12));
    assign(*out.mutable_updated_at(), row.get<WallTime>(13));
    return out;
}

v1::Branch to_branch(const postgres::Row& row) {
    v1::Branch out;
    out.set_id(row.get<std::string>(0));
    out.set_code(row.get<std::string>(1));
    out.set_name(row.get<std::string>(2));
    out.set_company_id(row.get<std::string>(3));
    out.set_company_code(row.get<std::string>(4));
    out.set_district(row.get<std::string>(5));
    out.set_is_repair_center(row.get<bool>(6));
    out.set_is_active(row.get<bool>(7));
    out.set_display_order(row.get<std::int32_t>(8));
    if_set(row, 9, [&](auto v) { out.set_address(std::move(v)); });
    if_set(row, 10, [&](auto v) { out.set_phone(std::move(v)); });
    if_set(row, 11, [&](auto v) { out.set_operating_hours(std::move(v)); });
    if (const auto latitude = row.get<std::optional<double>>(12)) {
        out.set_latitude(*latitude);
    }
    if (const auto longitude = row.get<std::optional<double>>(13)) {
        out.set_longitude(*longitude);
    }
    out.set_is_demo(row.get<bool>(14));
    out.set_version(row.get<std::int32_t>(15));
    assign(*out.mutable_created_at(), row.get<WallTime>(16));
    assign(*out.mutable_updated_at(), row.get<WallTime>(17));
    return out;
}

template <class Request>
std::optional<bool> active(const Request& request) {
    return request.has_is_active() ? std::optional(request.is_active()) : std::nullopt;
}

std::optional<std::string> cursor_key(const paging::PageRequest& page) {
    return page.cursor ? std::optional(page.cursor->key) : std::nullopt;
}
std::optional<std::string> cursor_id(const paging::PageRequest& page) {
    return page.cursor ? std::optional(page.cursor->id) : std::nullopt;
}

// Rows → list: one row more than the page holds says that another page follows.
template <class List, class Convert>
List to_list(const std::vector<postgres::Rows>& results, std::size_t first, std::string_view sort,
             const paging::PageRequest& page, Convert convert) {
    List list;
    std::optional<paging::Cursor> last;
    for (const auto row : results.at(first)) {
        if (list.items_size() == page.limit) {
            const auto& item = list.items(page.limit - 1);
            last.emplace();
            last->key = paging::parse_sort(sort).field == "name" ? item.name() : item.code();
            last->id = item.id();
            break;
        }
        *list.add_items() = convert(row);
    }
    const auto counted = page.count ? std::optional(results.at(first + 1).front().template get<std::int64_t>(0))
                                    : std::optional<std::int64_t>();
    paging::finish_page(list, page, std::move(last), counted);
    return list;
}

}  // namespace

void add_company(postgres::Batch& batch, const std::string& id_or_code) {
    batch.add(company, postgres::Params(id_or_code));
}

void add_branch(postgres::Batch& batch, const std::string& id_or_code) {
    batch.add(branch, postgres::Params(id_or_code));
}

rpc::Result<v1::Company> read_company(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such company.");
    }
    return to_company(rows.front());
}

rpc::Result<v1::Branch> read_branch(const postgres::Rows& rows) {
    if (rows.empty()) {
        return rpc::not_found("There is no such branch.");
    }
    return to_branch(rows.front());
}

void add_companies(postgres::Batch& batch, const v1::ListCompaniesRequest& request, const paging::PageRequest& page) {
    const auto sort = paging::parse_sort(request.sort());
    const bool by_name = sort.field == "name";
    const auto& statement = by_name ? (sort.descending ? companies_by_name_desc : companies_by_name)
                                    : (sort.descending ? companies_by_code_desc : companies_by_code);
    batch.add(statement, postgres::Params(active(request), cursor_key(page), cursor_id(page), page.limit + 1));
    if (page.count) {
        batch.add(count_companies, postgres::Params(active(request)));
    }
}

void add_branches(postgres::Batch& batch, const v1::ListBranchesRequest& request, const paging::PageRequest& page) {
    const auto sort = paging::parse_sort(request.sort());
    const bool by_name = sort.field == "name";
    const auto& statement = by_name ? (sort.descending ? branches_by_name_desc : branches_by_name)
                                    : (sort.descending ? branches_by_code_desc : branches_by_code);
    const auto company_id = request.has_company_id() ? std::optional(request.company_id()) : std::nullopt;
    const auto repair_center =
        request.has_is_repair_center() ? std::optional(request.is_repair_center()) : std::nullopt;
    batch.add(statement, postgres::Params(active(request), cursor_key(page), cursor_id(page), page.limit + 1,
                                          company_id, repair_center));
    if (page.count) {
        batch.add(count_branches, postgres::Params(active(request), company_id, repair_center));
    }
}

v1::CompanyList read_companies(const std::vector<postgres::Rows>& results, std::size_t first,
                               const v1::ListCompaniesRequest& request, const paging::PageRequest& page) {
    return to_list<v1::CompanyList>(results, first, request.sort(), page, to_company);
}

v1::BranchList read_branches(const std::vector<postgres::Rows>& results, std::size_t first,
                             const v1::ListBranchesRequest& request, const paging::PageRequest& page) {
    return to_list<v1::BranchList>(results, first, request.sort(), page, to_branch);
}

void add_reference_check(postgres::Batch& batch, const std::vector<std::string>& companies,
                         const std::vector<std::string>& branches) {
    batch.add(reference_check, postgres::Params(companies, branches));
}

References read_reference_check(const postgres::Rows& rows) {
    References found;
    for (const auto row : rows) {
        auto& kind = row.get<std::string_view>(0) == "company" ? found.companies : found.branches;
        kind.insert(row.get<std::string>(1));
    }
    return found;
}

}  // namespace loan_manager::fleet::organisation
