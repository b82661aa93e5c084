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
        from siemmes.model.catalogue import structure

        flow = data.get("dataflow", "")
        #: The dataflow, once one is chosen, and its dimensions.
        self.flow = flow if flow in store.dataflows() else ""
        self.dimensions = structure(self.flow).dimensions if self.flow else ()
        answered = any(name in data for name in self.dimensions) or (flow and not self.flow)
        super().__init__(data if answered else None, initial={"dataflow": self.flow}, auto_id="series_%s")
        if self.flow:
            self._ask_codes(at)

    def _ask_codes(self, at: dt.datetime) -> None:
        from siemmes.model.catalogue import code_list, structure

        about, held = structure(self.flow), store.codes_held(self.flow, at=at)
        for name in self.dimensions:
            component = about.by_id[name]
            codes = {
                one.id: f"{show(one.names)} ({one.id})"
                for one in code_list(str(component.list)).codes
                if not held or one.id in held.get(name, ())
            }
            self.fields[name] = forms.ChoiceField(
                label=str(show(component.names)),
                choices=list(codes.items()),
                initial="_T" if "_T" in codes else None,
            )

    @property
    def address(self) -> Address | None:
        """The series that was chosen; None until every dimension has its code."""
        if not self.is_bound or not self.is_valid():
            return None
        return self.flow, ".".join(self.cleaned_data[name] for name in self.dimensions)
