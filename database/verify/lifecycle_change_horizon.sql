-- Verify loan_manager:lifecycle_change_horizon on pg

BEGIN;

SELECT last_seq, in_flight, in_flight_exact FROM lifecycle.change_horizon();

-- Numbers must be taken one by one: with a per-session cache a later number could be committed by an earlier writer.
SELECT 1 / (cache_size = 1)::int FROM pg_sequences WHERE schemaname = 'fleet' AND sequencename = 'outbox_seq_seq';
SELECT 1 / (count(*) = 1)::int FROM pg_sequences WHERE schemaname = 'fleet' AND sequencename = 'outbox_seq_seq';
SELECT 1 / (count(*) = 2)::int FROM pg_trigger WHERE tgrelid = 'fleet.outbox'::regclass AND tgname LIKE 'outbox_announce%';

ROLLBACK;
