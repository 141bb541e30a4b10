#include "support/permissions/routes.hpp"

namespace loan_manager::testing::permissions {

const std::vector<Expectation>& expectations() {
    using enum How;
    // clang-format off
    static const std::vector<Expectation> all{
    // Sessions and documents
    {"POST /v1/auth/login",                        "",                          open_to_all},
    {"POST /v1/auth/refresh",                      "",                          open_to_all},
    {"POST /v1/auth/logout",                       "",                          open_to_all},
    {"GET /.well-known/jwks.json",                 "",                          open_to_all},
    {"GET /v1/me",                                 "",                          signed_in},
    {"POST /v1/me/password",                       "",                          signed_in, "", R"({"current_password":"not the right one","new_password":"a long enough one"})"},
    // Master data and the staff picker are for everybody (D-905)
    {"GET /v1/companies",                          "",                          signed_in},
    {"GET /v1/companies/{id}",                     "",                          signed_in, "company"},
    {"GET /v1/branches",                           "",                          signed_in},
    {"GET /v1/branches/{id}",                      "",                          signed_in, "branch"},
    {"GET /v1/staff",                              "",                          signed_in},
    {"POST /v1/companies",                         "companies:manage",          flat, "", R"({"code":"x"})"},
    {"PATCH /v1/companies/{id}",                   "companies:manage",          flat_command, "company", R"({"name":"Another name"})"},
    {"POST /v1/branches",                          "branches:manage",           flat, "", R"({"code":"x"})"},
    {"PATCH /v1/branches/{id}",                    "branches:manage",           flat_command, "branch", R"({"name":"Another name"})"},
    {"GET /v1/branches/{id}/stock-counter",        "branches:manage",           flat, "branch"},
    {"POST /v1/branches/{id}/stock-counter",       "branches:manage",           flat_command, "branch", R"({"last_number":9000})"},
    {"GET /v1/users",                              "users:read",                flat},
    {"GET /v1/users/{id}",                         "users:read",                flat, "user"},
    {"POST /v1/users",                             "users:manage",              flat, "", R"({"username":"x"})"},
    {"PATCH /v1/users/{id}",                       "users:manage",              flat_command, "user", R"({"full_name":"Another Name"})"},
    {"POST /v1/users/{id}/reset-password",         "users:manage",              flat_command, "user", "{}"},
    // Bikes: the current branch decides (D-903)
    {"GET /v1/bikes",                              "bikes:read",                list},
    {"GET /v1/bikes/{id}",                         "bikes:read",                row, "bike"},
    {"POST /v1/bikes/procure",                     "bikes:procure",             create, "", R"({"branch_id":"$branch","brand":"Honda","model":"CB","year":2020,"purchase_price":"1000.00"})"},
    {"PATCH /v1/bikes/{id}",                       "bikes:update",              command, "bike", R"({"color":"red"})"},
    {"POST /v1/bikes/{id}/reserve",                "bikes:reserve",             command, "stock_bike", R"({"reserved_for":"Somebody"})"},
    {"POST /v1/bikes/{id}/release",                "bikes:reserve",             command, "stock_bike", "{}"},
    {"POST /v1/bikes/{id}/return-to-stock",        "bikes:update",              command, "bike", "{}"},
    {"POST /v1/bikes/{id}/write-off-request",      "bikes:write_off_request",   command, "stock_bike", R"({"kind":"LOST","reason":"It is gone"})"},
    {"POST /v1/bikes/{id}/write-off",              "bikes:write_off",           command, "stock_bike", R"({"kind":"LOST","reason":"It is gone"})"},
    {"POST /v1/bikes/{id}/write-off-reject",       "bikes:write_off",           command, "stock_bike", R"({"reason":"It is there"})"},
    {"GET /v1/bikes/{id}/cost-summary",            "costs:read",                row, "bike"},
    {"GET /v1/bikes/{id}/ledger",                  "costs:read",                row, "bike"},
    {"GET /v1/bikes/{id}/stock-history",           "bikes:read",                row, "bike"},
    {"GET /v1/bikes/{id}/timeline",                "bikes:read",                row, "bike"},
    {"GET /v1/stock-numbers",                      "bikes:read",                row, "", "?number=$number"},
    {"GET /v1/bikes/{bicycle_id}/sale-preview",    "sales:record",              row, "stock_bike", "?selling_price=1000.00&sold_by=$officer"},
    // Transfers: either end to read, the destination to approve, reject and receive, the source to send (T1 to T7).
    // The far end of every transfer is a branch that only reach A covers.
    {"POST /v1/bikes/{bicycle_id}/transfers",      "transfers:request",         create, "stock_bike", R"({"to_branch_id":"$far","reason_code":"CONSOLIDATION"})"},
    {"GET /v1/transfers",                          "transfers:read",            list},
    {"GET /v1/transfers/{id}",                     "transfers:read",            row, "outbound"},
    {"GET /v1/bikes/{bicycle_id}/transfers",       "transfers:read",            row, "bike"},
    {"POST /v1/transfers/{id}/approve",            "transfers:approve",         command, "inbound", "{}"},
    {"POST /v1/transfers/{id}/reject",             "transfers:approve",         command, "inbound", R"({"reason":"No room here"})"},
    {"POST /v1/transfers/{id}/dispatch",           "transfers:move",            command, "outbound", "{}"},
    {"POST /v1/transfers/{id}/complete",           "transfers:move",            command, "inbound", "{}"},
    // By the requester, by :move at the source or by :cancel_any: who exactly has a test case of its own.
    {"POST /v1/transfers/{id}/cancel",             "transfers:request",         command, "outbound", R"({"reason":"Not after all"})"},
    // Expenses: the expense's branch (D-903), the bike too when recording (D-706)
    {"POST /v1/bikes/{bicycle_id}/expenses",       "expenses:record",           create, "bike", R"({"category":"OTHER","description":"Something","amount":"1.00"})"},
    {"GET /v1/expenses",                           "expenses:read",             list},
    {"GET /v1/expenses/{id}",                      "expenses:read",             row, "expense"},
    {"GET /v1/bikes/{bicycle_id}/expenses",        "expenses:read",             row, "bike"},
    {"PATCH /v1/expenses/{id}",                    "expenses:update",           command, "expense", R"({"notes":"A note"})"},
    {"POST /v1/expenses/{id}/void",                "expenses:update",           command, "expense", R"({"reason":"Entered twice"})"},
    // Repairs: the job's branch; a mechanic works on jobs assigned to him, as `bike` and `job` of the own branch are
    {"POST /v1/repair-jobs",                       "repairs:open",              create, "", R"({"bicycle_id":"$stock_bike","branch_id":"$branch","job_type":"SERVICE","mechanic_id":"$mechanic"})"},
    {"GET /v1/repair-jobs",                        "repairs:read",              list},
    {"GET /v1/repair-jobs/{id}",                   "repairs:read",              row, "job"},
    {"GET /v1/bikes/{bicycle_id}/repair-jobs",     "repairs:read",              row, "bike"},
    {"PATCH /v1/repair-jobs/{id}",                 "repairs:work",              command, "job", R"({"notes":"A note"})"},
    {"POST /v1/repair-jobs/{id}/lines",            "repairs:work",              create, "job", R"({"kind":"PART","description":"A bulb","unit_cost":"1.00"})"},
    {"PATCH /v1/repair-jobs/{id}/lines/{line_id}", "repairs:work",              command, "job", R"({"unit_cost":"2.00"})"},
    {"DELETE /v1/repair-jobs/{id}/lines/{line_id}", "repairs:work",             command, "job"},
    {"POST /v1/repair-jobs/{id}/start",            "repairs:work",              command, "job", "{}"},
    {"POST /v1/repair-jobs/{id}/complete",         "repairs:work",              command, "job", "{}"},
    {"POST /v1/repair-jobs/{id}/cancel",           "repairs:manage",            command, "job", R"({"reason":"Not worth it"})"},
    {"POST /v1/repair-jobs/{id}/invoice",          "repairs:invoice",           command, "job", "{}"},
    // Sales: the selling branch; the sale of the own branch was recorded by the sales agent of the test
    {"POST /v1/bikes/{bicycle_id}/sell",           "sales:record",              create, "sold_bike", R"({"selling_price":"200000.00","payment_method":"CASH","customer_name":"K","customer_phone":"0771234567","customer_nic":"851234567V","customer_address":"A","sold_by":"$officer"})"},
    {"GET /v1/sales",                              "sales:read",                list},
    {"GET /v1/sales/{id}",                         "sales:read",                row, "sale"},
    {"GET /v1/bikes/{bicycle_id}/sales",           "sales:read",                row, "sold_bike"},
    {"PATCH /v1/sales/{id}",                       "sales:update",              command, "sale", R"({"notes":"A note"})"},
    {"POST /v1/sales/{id}/void",                   "sales:void",                command, "sale", R"({"reason":"Brought back"})"},
    {"POST /v1/sales/{id}/void-approve",           "sales:void_approve",        command, "sale", "{}"},
    {"POST /v1/sales/{id}/void-reject",            "sales:void_approve",        command, "sale", R"({"reason":"A sale is a sale"})"},
    // Commissions: the payee branch; everybody reads his own with payee=me (footnote 3, in a test case of its own)
    {"GET /v1/sales/{id}/commissions",             "commissions:read",          row, "sale"},
    {"GET /v1/commissions",                        "commissions:read",          list},
    {"GET /v1/commissions/{id}",                   "commissions:read",          row_or_payee, "commission"},
    {"GET /v1/commissions/{id}/explanation",       "commissions:read",          row_or_payee, "commission"},
    {"POST /v1/commissions/{id}/approve",          "commissions:approve",       command, "commission", "{}"},
    {"POST /v1/commissions/{id}/reject",           "commissions:approve",       command, "commission", R"({"reason":"Not earned"})"},
    {"POST /v1/commissions/{id}/pay",              "commissions:pay",           command, "commission", R"({"payment_reference":"PV-1"})"},
    {"GET /v1/commission-rules",                   "commission_rules:read",     flat},
    {"GET /v1/commission-rules/{id}",              "commission_rules:read",     company_row, "rule"},
    {"POST /v1/commission-rules",                  "commission_rules:manage",   flat, "", R"({"name":"x"})"},
    {"PATCH /v1/commission-rules/{id}",            "commission_rules:manage",   flat_command, "rule", R"({"name":"Another name"})"},
    {"GET /v1/commission-replay",                  "commission_rules:manage",   flat, "", "?company_id=MA&pool_rate=5&from=2026-01-01&to=2026-01-31"},
    // Reports, views, audit
    {"GET /v1/reports/cost-summary",               "reports:view",              list},
    {"GET /v1/reports/branch-stock",               "reports:view",              list, "", "", {"sales_agent"}},
    {"GET /v1/views",                              "reports:view",              flat},
    {"GET /v1/views/{name}/refreshes",             "reports:view",              flat},
    {"POST /v1/views/refresh",                     "views:refresh",             flat, "", "{}"},
    {"POST /v1/views/{name}/refresh",              "views:refresh",             flat, "", "{}"},
    {"GET /v1/audit",                              "audit:read",                list},
    };
    // clang-format on
    return all;
}

}  // namespace loan_manager::testing::permissions
