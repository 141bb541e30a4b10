-- Revert fleet_imports.
BEGIN;
ALTER TABLE fleet.sales DROP CONSTRAINT sales_import_row_fkey;
ALTER TABLE fleet.repair_jobs DROP CONSTRAINT repair_jobs_import_row_fkey;
ALTER TABLE fleet.bicycles DROP CONSTRAINT bicycles_import_row_fkey;
DROP TABLE fleet.import_rows;
DROP TABLE fleet.import_jobs;
COMMIT;
