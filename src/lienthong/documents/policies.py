"""Who may do what with a document. Buttons are drawn from `allowed_actions`."""

from __future__ import annotations

from lienthong.documents.models import OfficialDocument
from lienthong.documents.states import TRANSITIONS
from lienthong.identity.public import NotAllowed, NotFound, Role, Viewer

DRAFTERS = (Role.CLERK, Role.SPECIALIST, Role.LEADER)


def can_read(viewer: Viewer, document: OfficialDocument) -> bool:
    """Those of the agency that drafted it. Others receive their own copy over the axis."""
    return viewer.agency_id is not None and viewer.agency_id == document.agency_id


def can_draft(viewer: Viewer) -> bool:
    """Specialists and clerks draft; a leader may write too (NĐ 30/2020/NĐ-CP, article 10)."""
    return viewer.agency_id is not None and viewer.has(*DRAFTERS)


def can_issue(viewer: Viewer, document: OfficialDocument) -> bool:
    """A leader of the agency signs what is not yet issued (article 13)."""
    return (
        can_read(viewer, document)
        and viewer.official_id is not None
        and viewer.has(Role.LEADER)
        and (document.state, "issue") in TRANSITIONS
    )


def allowed_actions(viewer: Viewer, document: OfficialDocument) -> tuple[str, ...]:
    """The verbs this person may use on the document now."""
    verbs = {
        "download": can_read(viewer, document) and bool(document.pdf_id),
        "issue": can_issue(viewer, document),
    }
    return tuple(verb for verb, allowed in verbs.items() if allowed)


def require_can_draft(viewer: Viewer) -> None:
    """Raise `NotAllowed` unless the viewer may draft."""
    if not can_draft(viewer):
        raise NotAllowed


def require_can_sign(viewer: Viewer, document: OfficialDocument) -> None:
    """Raise `NotFound` for another agency's document, `NotAllowed` unless the viewer is a leader."""
    if not can_read(viewer, document):
        raise NotFound
    if viewer.official_id is None or not viewer.has(Role.LEADER):
        raise NotAllowed
