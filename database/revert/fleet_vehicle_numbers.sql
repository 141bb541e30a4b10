-- Revert fleet_vehicle_numbers. Numbers stay in the form they were brought to.
BEGIN;
ALTER TABLE fleet.bicycles DROP COLUMN search_text;
ALTER TABLE fleet.bicycles ADD COLUMN search_text text NOT NULL GENERATED ALWAYS AS (
    lower(title || E'\n' || coalesce(license_plate, '') || E'\n' || coalesce(current_stock_number, '') || E'\n'
          || coalesce(frame_number, '') || E'\n' || coalesce(engine_number, ''))) STORED;
CREATE INDEX bicycles_search_idx ON fleet.bicycles USING gin (search_text gin_trgm_ops);
-- Older motorcycles may have been bought meanwhile.
ALTER TABLE fleet.bicycles
    DROP CONSTRAINT bicycles_year_check,
    ADD CONSTRAINT bicycles_year_check CHECK (year BETWEEN 1990 AND 2999) NOT VALID;
DROP VIEW fleet.vehicle_number_collisions;
DROP FUNCTION fleet.is_unusual_plate_key(text);
DROP FUNCTION fleet.plate_key(text);
DROP FUNCTION fleet.normal_plate(text);
DROP FUNCTION fleet.normal_vehicle_number(text);
DROP FUNCTION fleet.grouped_vehicle_number(text);
DROP FUNCTION fleet.fold_vehicle_number(text);
COMMIT;
