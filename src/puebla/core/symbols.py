"""A column that keeps symbols in the order in which people count, on every database alike."""

from typing import Any

from django.db import models

from puebla.core.words import order_of


class SymbolOrderField(models.CharField[Any, Any]):
    """The key of order of the row's `symbol`, written whenever the row is."""

    def __init__(self, **options: Any) -> None:
        usual: dict[str, Any] = {"max_length": 220, "default": "", "editable": False}
        super().__init__(**usual | options)

    def pre_save(self, model_instance: Any, add: bool) -> str:  # noqa: ARG002 - as Django calls it
        """The key of the symbol that is written."""
        key = order_of(model_instance.symbol)
        setattr(model_instance, self.attname, key)
        return key
