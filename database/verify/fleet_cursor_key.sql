-- Verify fleet_cursor_key
SELECT 1 / count(*) FROM fleet.cursor_key WHERE octet_length(key) >= 32;
