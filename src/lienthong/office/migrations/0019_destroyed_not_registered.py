"""What was destroyed as secret takes no number of a register any more.

One trigger; its WHEN keeps it from every update but the registration itself.
Making a trigger waits for no reader and holds writers for a moment only; existing rows are not looked at.
"""

from django.db import migrations

TRIGGER = """
CREATE FUNCTION office_destroyed_is_not_registered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT 1 FROM office_secretmark m WHERE m.document_id = NEW.id AND m.state = 'destroyed') THEN
        RAISE EXCEPTION 'a document that was destroyed as secret is not registered'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER office_destroyed_unregistered BEFORE UPDATE OF register_number ON office_incomingdocument
    FOR EACH ROW WHEN (OLD.register_number IS NULL AND NEW.register_number IS NOT NULL)
    EXECUTE FUNCTION office_destroyed_is_not_registered();
"""
NO_TRIGGER = """
DROP TRIGGER office_destroyed_unregistered ON office_incomingdocument;
DROP FUNCTION office_destroyed_is_not_registered();
"""


class Migration(migrations.Migration):

    dependencies = [('office', '0017_retention')]

    operations = [migrations.RunSQL(TRIGGER, NO_TRIGGER)]
