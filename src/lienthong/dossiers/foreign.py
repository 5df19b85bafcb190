"""The process a dossier is pinned to: its version's, or the one step that another installation asks for."""

from __future__ import annotations

from lienthong.dossiers.models import Dossier
from lienthong.procedures.public import Lane, Process, Step, StepKind, Transition, process_of

ASKED = "asked"
_BEGIN, _END = "begin", "end"
# Whoever asks has the whole process; here is only the step asked for, whatever the catalogue says here.
FOREIGN = Process(
    lanes=(Lane(key="here", name="Cơ quan giải quyết", name_en="Settling agency"),),
    steps=(
        Step(key=_BEGIN, kind=StepKind.START),
        Step(
            key=ASKED,
            name="Giải quyết bước được chuyển đến",
            name_en="Settle the step handed over",
            lane="here",
        ),
        Step(key=_END, kind=StepKind.END),
    ),
    transitions=(Transition(source=_BEGIN, target=ASKED), Transition(source=ASKED, target=_END)),
)


def pinned_process(dossier: Dossier) -> Process:
    """The process the dossier is pinned to."""
    if dossier.foreign:
        return FOREIGN
    process_id = dossier.version.process_id
    if process_id is None:
        raise LookupError(dossier.version_id)  # the database lets no version be offered without one
    return process_of(process_id)
