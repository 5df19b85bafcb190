"""Dossiers of citizens who have an account, pictures and portals, for tests."""

from __future__ import annotations

import io
from datetime import datetime
from typing import Any

from PIL import Image

from lienthong.directory.public import Agency
from lienthong.dossiers.public import Dossier, GivenFile, Supplement, ask_supplement
from lienthong.dossiers.tests.factories import offered, official, received
from lienthong.identity.public import Account, Party, PartyFacts, PartyKind, Role, visitor_for
from lienthong.identity.tests.factories import at_noon
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.clock import now
from lienthong.kernel.models import Blob
from lienthong.portal.models import Site

ASKED = ("Giấy chứng nhận kết hôn", "Nơi sinh của con")


def party_of(account: Account) -> Party:
    """The citizen whose account it is."""
    return Party.objects.get(pk=visitor_for(account).party_id)


def own_dossier(account: Account, *, at: datetime | None = None, **fields: Any) -> Dossier:
    """A dossier that a counter received from the citizen."""
    party = party_of(account)
    facts = PartyFacts(kind=PartyKind(party.kind), name=party.name, number=party.number)
    offer = fields.pop("offer", None) or offered()
    return received(offer, at=at or now(), applicant=facts, **fields)


def asked_of(dossier: Dossier, *items: str, at: datetime | None = None) -> Dossier:
    """The dossier, whose specialist asks for a supplement."""
    at = at or now()
    worker = official(dossier.agency, Role.SPECIALIST, at=at)
    asked = Supplement(items or ASKED, "Để đăng ký đúng tên cha")
    return ask_supplement(dossier_id=dossier.pk, asked=asked, viewer=worker, at=at)


def scanned(*, at: datetime | None = None) -> GivenFile:
    """A paper that the counter scanned."""
    scan = store_blob([b"%PDF-1.7 a scan"], at=at or now(), max_bytes=100)
    return GivenFile(scan.sha256, "Giấy chứng sinh", "chung-sinh.pdf")


def png(*, size: tuple[int, int] = (8, 8), color: str = "red") -> bytes:
    """A picture."""
    drawn = io.BytesIO()
    Image.new("RGB", size, color).save(drawn, "PNG")
    return drawn.getvalue()


def arms_of() -> Blob:
    """A coat of arms in the store."""
    return store_blob([png()], at=at_noon(), max_bytes=100_000)


def a_site(
    agency: Agency, *, slug: str = "tinh", name: str = "Cổng của tỉnh", host: str | None = None
) -> Site:
    """The portal of an agency."""
    return Site.objects.create(agency=agency, slug=slug, name=name, host=host)
