-- Revert fleet_outbox_pruning. What has been pruned does not come back.
BEGIN;
DROP FUNCTION fleet.prune_outbox(integer, integer);
DROP TABLE fleet.outbox_pruned;
COMMIT;
