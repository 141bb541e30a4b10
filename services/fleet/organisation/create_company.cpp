#include "fleet/organisation/create_company.hpp"

#include "access/reach.hpp"
#include "fleet/organisation/admin_repository.hpp"
#include "fleet/organisation/rules.hpp"
#include "fleet/values/row_message.hpp"
#include "runtime/uuid.hpp"

namespace loan_manager::fleet::organisation {

boost::asio::awaitable<rpc::Result<v1::Company>> CreateCompany::execute(commands::Unit& unit,
                                                                        const request_type& request,
                                                                        std::vector<postgres::Rows>&) {
    if (auto valid = unit.valid(); !valid) {
        co_return valid.error();
    }
    // Nobody has a company in his scope that does not exist yet.
    if (!access::reach(unit.caller(), access::Permission::companies_manage).all) {
        co_return rpc::out_of_scope();
    }
    v1::Company company;
    copy_fields(request, company);
    company.set_id(runtime::new_uuid().to_string());
    company.set_is_active(!request.has_is_active() || request.is_active());
    insert(unit, company);
    record(unit, "COMPANY_CREATED", company, {}, facts(company));
    co_return company;
}

std::optional<rpc::Error> CreateCompany::refuse(const postgres::Error& error) { return organisation::refuse(error); }

}  // namespace loan_manager::fleet::organisation
