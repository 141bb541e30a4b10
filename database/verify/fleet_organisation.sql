-- Verify fleet_organisation.
SELECT id, code, name, district, is_active, version FROM fleet.companies WHERE false;
SELECT id, code, company_id, is_repair_center, is_active, display_order FROM fleet.branches WHERE false;
SELECT branch_id, last_number, last_assigned_at FROM fleet.stock_counters WHERE false;
SELECT kind, scope_code, year, last_number FROM fleet.document_counters WHERE false;
SELECT 1 / (has_table_privilege('loan_manager_fleet', 'fleet.stock_counters', 'UPDATE')
            AND NOT has_table_privilege('loan_manager_fleet', 'fleet.branches', 'DELETE'))::int;
