-- Revert roles: nothing. Roles are shared by every database of the cluster; dropping them here could lock the
-- services of another one out. Drop them by hand when the last database is gone.
DO $$ BEGIN NULL; END $$;
