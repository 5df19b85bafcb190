"""The database keeps every agency's path itself, and refuses an agency inside itself."""

from django.db import migrations

# The lock lets moves happen one after the other, so that two of them together cannot close a ring.
OWN_PATH = """
CREATE FUNCTION directory_agency_own_path() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    above text := '/';
BEGIN
    IF TG_OP = 'UPDATE' AND NEW.parent_id IS DISTINCT FROM OLD.parent_id THEN
        PERFORM pg_advisory_xact_lock(hashtext('directory_agency move'));
    END IF;
    IF NEW.parent_id IS NOT NULL THEN
        SELECT path INTO above FROM directory_agency WHERE id = NEW.parent_id;
        IF NEW.parent_id = NEW.id OR above LIKE '%/' || NEW.id || '/%' THEN
            RAISE EXCEPTION 'agency % would be inside itself', NEW.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'agency_not_inside_itself';
        END IF;
    END IF;
    NEW.path := coalesce(above, '/') || NEW.id || '/';
    RETURN NEW;
END $$;

CREATE TRIGGER agency_own_path BEFORE INSERT OR UPDATE OF parent_id ON directory_agency
FOR EACH ROW EXECUTE FUNCTION directory_agency_own_path();

CREATE FUNCTION directory_agency_paths_below() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE directory_agency SET path = NEW.path || substr(path, length(OLD.path) + 1)
    WHERE path LIKE OLD.path || '_%';
    RETURN NULL;
END $$;

CREATE TRIGGER agency_paths_below AFTER UPDATE OF parent_id ON directory_agency
FOR EACH ROW WHEN (OLD.path IS DISTINCT FROM NEW.path) EXECUTE FUNCTION directory_agency_paths_below();
"""
UNDO = """
DROP TRIGGER agency_paths_below ON directory_agency;
DROP TRIGGER agency_own_path ON directory_agency;
DROP FUNCTION directory_agency_paths_below();
DROP FUNCTION directory_agency_own_path();
"""


class Migration(migrations.Migration):
    dependencies = [("directory", "0001_initial")]
    operations = [migrations.RunSQL(OWN_PATH, UNDO)]
