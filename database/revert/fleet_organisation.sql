-- Revert fleet_organisation.
BEGIN;
REVOKE SELECT (id, username, staff_no, full_name, roles, company_scope, branch_scope, is_active) ON auth.users
    FROM loan_manager_fleet;
DROP TABLE fleet.document_counters;
DROP TABLE fleet.stock_counters;
DROP TABLE fleet.branches;
DROP TABLE fleet.companies;
COMMIT;
