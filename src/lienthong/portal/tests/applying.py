"""Applications for tests: an offer online, a person at it, and the pages filled in."""

from __future__ import annotations

import io
import re
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from lienthong.dossiers.tests.factories import NOON, offered
from lienthong.portal.models import Draft
from lienthong.procedures.public import Channel, ServiceOffer

CHILD = {
    "form-shown": ["child_name", "child_sex", "born_on"],
    "answer-child_name": "Trần Bé",
    "answer-child_sex": "female",
    "answer-born_on": "10/02/2026",
}
PARENTS = {"form-shown": ["married", "siblings"], "answer-married": "no", "entries-siblings": "0"}
FATHER = {**PARENTS, "form-shown": ["married", "father_name", "siblings"], "answer-father_name": "Trần Cha"}
WHY = {"form-shown": ["scan", "why"], "answer-why": "Cha mẹ đi làm ăn xa"}
STRANGER = {"name": "Lê Thị Mẹ", "number": "001199000123", "telephone": "0912 345 678".replace(" ", "")}


def online(channel: Channel = Channel.ONLINE_WHOLE, **given: Any) -> ServiceOffer:
    """A birth registration that is offered online."""
    made = offered(**given)
    return ServiceOffer.objects.create(
        agency=made.agency, version=made.version, channel=channel, offered_at=NOON
    )


def picture(color: str = "red", name: str = "giay.png") -> SimpleUploadedFile:
    """A paper as a telephone photographs it."""
    content = io.BytesIO()
    Image.new("RGB", (40, 40), color).save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue())


def begun(client: Client, offer: ServiceOffer) -> Draft:
    """An application begun by whoever the client is."""
    answer = client.post(reverse("portal:apply", args=[offer.pk]))
    assert answer.status_code == 302, answer.content
    key = re.search(r"drafts/([0-9a-f-]+)/", answer["Location"])
    assert key, answer["Location"]
    return Draft.objects.get(pk=key[1])


def page_of(draft: Draft, name: str, *more: object) -> str:
    """The address of a page of the draft."""
    return reverse(f"portal:{name}", args=[draft.pk, *more])


def save(client: Client, draft: Draft, page: str, /, *more: object, **data: Any) -> Any:
    """Send a page as it was drawn at the draft's present version."""
    seen = Draft.objects.values_list("lock_version", flat=True).get(pk=draft.pk)
    return client.post(page_of(draft, page, *more), {"seen": str(seen), **data})


def fill_in(
    client: Client, draft: Draft, person: dict[str, Any] | None = None, *, late: bool = False
) -> None:
    """Every page up to the review; of a child of two years with the reason why so late, which costs a fee."""
    pages: list[tuple[tuple[object, ...], dict[str, Any]]] = [
        (("form_page", "child"), {**CHILD, "answer-born_on": "10/02/2024"} if late else CHILD),
        (("form_page", "parents"), FATHER),
        *([(("form_page", "proof"), {**WHY, "answer-scan": [picture("blue", "cu.png")]})] if late else []),
        (("papers",), {"file-birth_paper": [picture()]}),
        (("person",), STRANGER if person is None else person),
    ]
    for (name, *more), data in pages:
        answer = save(client, draft, str(name), *more, **data)
        assert answer.status_code == 302, (name, more, answer.content.decode())
    assert answer["Location"] == page_of(draft, "review")
