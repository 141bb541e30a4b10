-- Verify fleet_imports.
SELECT id, kind, sha256, status, expires_at FROM fleet.import_jobs WHERE false;
SELECT id, job_id, row_no, row_key, action, messages, result_id FROM fleet.import_rows WHERE false;
