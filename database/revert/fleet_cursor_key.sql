-- Revert fleet_cursor_key
BEGIN;
DROP TABLE fleet.cursor_key;
COMMIT;
