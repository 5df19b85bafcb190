"""The catalogue at work: a new version of a procedure is drafted, and waits for who publishes it."""

from __future__ import annotations

from lienthong.demo.actions.everyday.acting import Days
from lienthong.identity.public import Account, acting_viewer
from lienthong.procedures.public import Paper, definition_of, find_by_code, save_draft, start_draft

DEATH = "1.000656"


def death_is_drafted_anew(days: Days) -> None:
    """The registration of a death asks for one paper more, and no longer for one the State has."""
    at = days.ago(2)
    viewer = acting_viewer(Account.objects.get(username="g15.thutuc"), at=at, source="demo")
    draft = start_draft(procedure_id=find_by_code(DEATH).pk, viewer=viewer, at=at)
    says = definition_of(draft)
    papers = (
        *(
            paper.model_copy(update={"originals": 0, "copies": 1}) if paper.key == "death_paper" else paper
            for paper in says.papers
        ),
        Paper(
            key="mandate",
            name="Văn bản ủy quyền (nếu không phải người thân thích)",
            name_en="Mandate, if not a relative",
        ),
    )
    save_draft(
        version_id=draft.pk, definition=says.model_copy(update={"papers": papers}), viewer=viewer, at=at
    )
