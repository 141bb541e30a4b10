-- Revert loan_manager:lifecycle_change_horizon from pg

BEGIN;

DROP TRIGGER outbox_announce ON fleet.outbox;
DROP TRIGGER outbox_announce_floor ON fleet.outbox;
DROP FUNCTION lifecycle.change_horizon();
DROP FUNCTION lifecycle.announce_change();
DROP FUNCTION lifecycle.announce_change_floor();

COMMIT;
