-- Deploy fleet_cursor_key: what the cursors of lists are sealed with.
BEGIN;

-- One row. It lies in the database so that every instance of every service opens the cursors of every other one. Not a
-- secret from whoever can read the tables themselves; replacing it only ends walks through lists that are under way.
CREATE TABLE fleet.cursor_key (
    only_row boolean PRIMARY KEY DEFAULT true CHECK (only_row),
    key      bytea NOT NULL CHECK (octet_length(key) >= 32)
);
-- Random UUIDs come from the system's source of strong randomness: 122 bits each.
INSERT INTO fleet.cursor_key (key)
SELECT decode(replace(gen_random_uuid()::text || gen_random_uuid()::text || gen_random_uuid()::text, '-', ''), 'hex');

GRANT SELECT ON fleet.cursor_key TO loan_manager_auth, loan_manager_fleet, loan_manager_lifecycle;

COMMIT;
