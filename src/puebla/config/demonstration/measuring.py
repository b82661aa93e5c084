"""The indicators of the demonstration's Plan of Action: cells of the real figures that come with the software.

Which commitment a figure is set beside is written for the demonstration. `ASYLUM` is not released there: its indicators say so
until somebody does (`siemmes submit --shipped ASYLUM --release`), and then move.
"""

import datetime as dt
from dataclasses import dataclass

from puebla.config.demonstration.people import Cast
from puebla.plan import actions
from puebla.plan.models import Commitment, Indicator

#: Released with the demonstration: returns, protected populations, population and net migration.
DATAFLOWS = ("RETURN", "REFUGEE", "POP")
_UP, _DOWN, _NEITHER = Indicator.Direction.UP, Indicator.Direction.DOWN, Indicator.Direction.NONE


@dataclass(frozen=True)
class Measure:
    """An indicator as it is entered.

    Attributes:
        under: how the English title of its commitment begins.
    """

    under: str
    en: str
    es: str
    dataflow: str
    key: str
    direction: str = _NEITHER


MEASURES = (
    Measure("Return by land follows", "Removals from the United States to Guatemala",
            "Expulsiones de los Estados Unidos a Guatemala", "RETURN", "A.USA.GTM.REMOVAL._T._T._T._T"),
    Measure("Return by land follows", "Removals from the United States to Honduras",
            "Expulsiones de los Estados Unidos a Honduras", "RETURN", "A.USA.HND.REMOVAL._T._T._T._T"),
    Measure("Those who return are offered", "Removals from the United States to El Salvador",
            "Expulsiones de los Estados Unidos a El Salvador", "RETURN", "A.USA.SLV.REMOVAL._T._T._T._T"),
    Measure("Asylum authorities meet", "Asylum seekers from Nicaragua in Costa Rica at the end of the year",
            "Solicitantes de asilo de Nicaragua en Costa Rica al final del año", "REFUGEE", "A.CRI.NIC.ASY._Z._T._T", _DOWN),
    Measure("Asylum authorities meet", "First applications for asylum of Nicaraguans in Costa Rica",
            "Primeras solicitudes de asilo de nicaragüenses en Costa Rica", "ASYLUM", "A.CRI.NIC.G.N.FI._Z.P"),
    Measure("Recognised refugees obtain", "Refugees from Honduras in Mexico",
            "Personas refugiadas de Honduras en México", "REFUGEE", "A.MEX.HND.REF._Z._T._T"),
    Measure("Recognised refugees obtain", "Refugees from Nicaragua in Costa Rica",
            "Personas refugiadas de Nicaragua en Costa Rica", "REFUGEE", "A.CRI.NIC.REF._Z._T._T"),
    Measure("One form of first interview", "First applications for asylum of Hondurans in Mexico",
            "Primeras solicitudes de asilo de personas hondureñas en México", "ASYLUM", "A.MEX.HND.G.N.FI._Z.P"),
    Measure("Temporary workers know", "Net migration of Guatemala", "Migración neta de Guatemala", "POP", "A.GTM.NETMIG._T._T", _UP),
    Measure("Municipalities that receive", "Net migration of Costa Rica", "Migración neta de Costa Rica", "POP", "A.CRI.NETMIG._T._T"),
    Measure("The cost of sending remittances", "Net migration of El Salvador", "Migración neta de El Salvador", "POP",
            "A.SLV.NETMIG._T._T", _UP),
)  # fmt: skip


def enter(cast: Cast, *, at: dt.datetime) -> None:
    """Enter them as the secretariat does; what was released before is read with the next reading."""
    titled = {one.titles.get("en", ""): one for one in Commitment.objects.select_related("plan__room")}
    for one in MEASURES:
        (commitment,) = (row for title, row in titled.items() if title.startswith(one.under))
        values = {
            "names": {"en": one.en, "es": one.es}, "dataflow": one.dataflow, "key": one.key, "direction": one.direction,
        }  # fmt: skip
        actions.add_indicator(commitment=commitment, values=values, by=cast["assistant"], at=at)
