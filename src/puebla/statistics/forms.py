"""Which series a room is to show: chosen code by code, in words."""

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy

from puebla.core.languages import show
from puebla.statistics.querysets import Address, dataflow_choices, store


class SeriesForm(forms.Form):
    """A dataflow, and once it is known a code for each of its dimensions, out of those that its release in force holds."""

    dataflow = forms.ChoiceField(label=gettext_lazy("Dataflow"), choices=dataflow_choices)

    def __init__(self, data: Any, *, at: dt.datetime) -> None:
        super().__init__(data or None, auto_id="series_%s")
        flow = (data or {}).get("dataflow", "")
        self.dimensions: list[str] = []
        if flow in store.dataflows():
            self._ask_codes(flow, at)

    def _ask_codes(self, flow: str, at: dt.datetime) -> None:
        from siemmes.model.catalogue import code_list, structure

        about, held = structure(flow), store.codes_held(flow, at=at)
        self.dimensions = list(about.dimensions)
        for name in about.dimensions:
            component = about.by_id[name]
            codes = [
                (one.id, f"{show(one.names)} ({one.id})")
                for one in code_list(str(component.list)).codes
                if not held or one.id in held.get(name, ())
            ]
            self.fields[name] = forms.ChoiceField(
                label=str(show(component.names)), choices=codes, required=False
            )

    @property
    def address(self) -> Address | None:
        """The series that was chosen; None until every dimension has a code."""
        if not self.is_bound or not self.is_valid():
            return None
        codes = [self.cleaned_data[name] for name in self.dimensions]
        return (self.cleaned_data["dataflow"], ".".join(codes)) if all(codes) else None
