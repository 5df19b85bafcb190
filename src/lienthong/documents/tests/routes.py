"""Who may call the routes of documents."""

from __future__ import annotations

from tests.architecture.routes import World, public, signed_in

from lienthong.documents.actions.drafting import draft_document
from lienthong.documents.actions.issuing import issue_document
from lienthong.documents.adapters.fake import FakeSigner
from lienthong.identity.public import Role


def _issued(world: World) -> dict[str, object]:
    """A document that our agency issued."""
    viewer = world.viewer(Role.LEADER)
    draft = draft_document(
        viewer=viewer, type_code="QD", subject="Quy chế", paragraphs=["Điều 1."], at=world.at
    )
    return {"document_id": issue_document(document=draft, viewer=viewer, at=world.at, sign=FakeSigner()).pk}


ROUTES = {
    "verify": public(methods=("GET", "POST")),
    "document_pdf": signed_in(kwargs=_issued, shared=False),
}
