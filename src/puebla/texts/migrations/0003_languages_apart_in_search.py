"""What search knows of texts is written anew: whose pages an entry's are says in which language since now."""

from django.db import migrations

TEXTS = 2


def behind(apps, _schema_editor):
    """An older revision is read again by the worker; until then a hit of a text quotes nothing."""
    apps.get_model("members", "IndexEntry").objects.filter(source=TEXTS).update(revision=0)


class Migration(migrations.Migration):
    dependencies = [("texts", "0002_held_while_decided"), ("members", "0012_what_waits_in_the_index")]
    operations = [migrations.RunPython(behind, migrations.RunPython.noop)]
