"""Rows from before symbols were put in the order in which people count get their key."""

from typing import Any

from django.db import migrations

from puebla.core.words import order_of


def fill(apps: Any, _editor: Any) -> None:
    """Write the key of every row that has none."""
    for name in ("PublicDocument", "PublicMeeting"):
        rows = apps.get_model("publications", name).objects.filter(symbol_order="")
        for key, symbol in list(rows.values_list("pk", "symbol")):
            rows.filter(pk=key).update(symbol_order=order_of(symbol))


class Migration(migrations.Migration):

    dependencies = [("publications", "0007_order_of_symbols")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
