#include "fleet/organisation/repository.hpp"

#include <array>
#include <string_view>

#include "fleet/values/row_reader.hpp"

namespace loan_manager::fleet::organisation {
namespace {

constexpr std::array company_sort{sql::SortField{"code", "c.code", sql::KeyType::text},
                                  sql::SortField{"name", "c.name", sql::KeyType::text}};
constexpr std::array branch_sort{sql::SortField{"code", "r.code", sql::KeyType::text},
                                 sql::SortField{"name", "r.name", sql::KeyType::text}};

template <class Request>
std::string_view order_of(const Request& request) {
    return request.has_sort() ? std::string_view(request.sort()) : "code";
}

}  // namespace

const std::string& company_columns() {
    static const std::string columns =
        "c.id, c.code, c.name, c.district, c.contact_person, c.contact_phone, c.contact_email, c.address, c.tax_id, "
        "c.is_active, c.is_demo, c.version, c.created_at, c.created_by, c.updated_at, c.updated_by";
    return columns;
}

const std::string& branch_columns() {
    static const std::string columns =
        "r.id, r.code, r.name, r.company_id, (SELECT c.code FROM fleet.companies c WHERE c.id = r.company_id), "
        "r.district, r.is_repair_center, r.is_active, r.display_order, r.address, r.phone, r.operating_hours, "
        "r.latitude, r.longitude, r.is_demo, r.version, r.created_at, r.created_by, r.updated_at, r.updated_by";
    return columns;
}

v1::Company to_company(const postgres::Row& row) {
    v1::Company out;
    RowReader in(row);
    out.set_id(in.text());
    out.set_code(in.text());
    out.set_name(in.text());
    out.set_district(in.text());
    in.if_set([&](auto v) { out.set_contact_person(std::move(v)); });
    in.if_set([&](auto v) { out.set_contact_phone(std::move(v)); });
    in.if_set([&](auto v) { out.set_contact_email(std::move(v)); });
    in.if_set([&](auto v) { out.set_address(std::move(v)); });
    in.if_set([&](auto v) { out.set_tax_id(std::move(v)); });
    out.set_is_active(in.next<bool>());
    out.set_is_demo(in.next<bool>());
    out.set_version(in.next<std::int32_t>());
    assign(*out.mutable_created_at(), in.time());
    out.set_created_by(in.text());
    assign(*out.mutable_updated_at(), in.time());
    out.set_updated_by(in.text());
    return out;
}

v1::Branch to_branch(const postgres::Row& row) {
    v1::Branch out;
    RowReader in(row);
    out.set_id(in.text());
    out.set_code(in.text());
    out.set_name(in.text());
    out.set_company_id(in.text());
    out.set_company_code(in.text());
    out.set_district(in.text());
    out.set_is_repair_center(in.next<bool>());
    out.set_is_active(in.next<bool>());
    out.set_display_order(in.next<std::int32_t>());
    in.if_set([&](auto v) { out.set_address(std::move(v)); });
    in.if_set([&](auto v) { out.set_phone(std::move(v)); });
    in.if_set([&](auto v) { out.set_operating_hours(std::move(v)); });
    in.if_set<double>([&](auto v) { out.set_latitude(v); });
    in.if_set<double>([&](auto v) { out.set_longitude(v); });
    out.set_is_demo(in.next<bool>());
    out.set_version(in.next<std::int32_t>());
    assign(*out.mutable_created_at(), in.time());
    out.set_created_by(in.text());
    assign(*out.mutable_updated_at(), in.time());
    out.set_updated_by(in.text());
    return out;
}

void add_company(postgres::Batch& batch, const std::string& id_or_code) {
    static const std::string sql =
        "SELECT " + company_columns() + " FROM fleet.companies c WHERE c.code = $1 OR c.id::text = $1";
    static const postgres::Statement company{"organisation.company", sql.c_str()};
    batch.add(company, postgres::Params(id_or_code));
}

void add_branch(postgres::Batch& batch, const std::string& id_or_code) {
    static const std::string sql =
        "SELECT " + branch_columns() + " FROM fleet.branches r WHERE r.code = $1 OR r.id::text = $1";
    static const postgres::Statement branch{"organisation.branch", sql.c_str()};
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

rpc::Result<sql::KeysetQuery> list_query(const v1::ListCompaniesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {company_columns(), "fleet.companies c", "c.id"});
    if (auto sorted = query.sort_by(company_sort, order_of(request), caller); !sorted) {
        return sorted.error();
    }
    if (request.has_is_active()) {
        query.where("c.is_active = " + query.parameter(request.is_active()));
    }
    return query;
}

rpc::Result<sql::KeysetQuery> list_query(const v1::ListBranchesRequest& request, paging::PageRequest page,
                                         const access::Identity& caller) {
    sql::KeysetQuery query(std::move(page), {branch_columns(), "fleet.branches r", "r.id"});
    if (auto sorted = query.sort_by(branch_sort, order_of(request), caller); !sorted) {
        return sorted.error();
    }
    if (request.has_company_id()) {
        query.where("r.company_id = " + query.company("company_id", request.company_id()));
    }
    if (request.has_is_active()) {
        query.where("r.is_active = " + query.parameter(request.is_active()));
    }
    if (request.has_is_repair_center()) {
        query.where("r.is_repair_center = " + query.parameter(request.is_repair_center()));
    }
    return query;
}

}  // namespace loan_manager::fleet::organisation
