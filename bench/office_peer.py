"""Uploading, listing and searching documents: our office beside Mayan EDMS, one after the other in one run.

Both take such PDFs from the same load generator and keep them on the same disk and PostgreSQL. Ours is asked
over its pages: a draft made of an uploaded PDF, its form examined, the list of all documents, a search for a
frequent word; and it holds the whole province, Mayan only what was uploaded.

Beside them the least that any call of ours does: the session, who asks, one count and a line of HTML. A ratio
that this does not reach, no page of ours can reach.
"""

from __future__ import annotations

import io
import os

import pypdf
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import reverse

from bench.axis import web
from bench.harness import Figure, console, show
from bench.load import Call, send_all
from bench.office import BUSIEST, CLIENTS, TOKEN, signed_in
from bench.peers.mayan import peer
from lienthong.demo.words import MATTERS
from lienthong.directory.public import Agency
from lienthong.identity.public import Account

UPLOADS = 60
LEAST, LEAST_CALLS = "least", 600
BYTES = 100_000
WORD = "rừng"


def run(port: int, peer_port: int) -> None:
    """Measure both and print how many times faster ours is."""
    files = [(f"Về việc {MATTERS[n % len(MATTERS)]} số {n}", _pdf()) for n in range(UPLOADS)]
    theirs = peer.run(peer_port, files, clients=CLIENTS, word=WORD)
    ours = _ours(port, [(label, _pdf()) for label, _pdf_of_theirs in files])
    show(
        f"Documents with a PDF of {BYTES:,} bytes, {CLIENTS} clients",
        [figure for name in theirs for figure in (ours[name], theirs[name])],
    )
    show("The least call of ours", [ours[LEAST]])
    for name, other in theirs.items():
        ratio, most = (ours[key].rate / other.rate for key in (name, LEAST))
        console.print(f"{name}: {ratio:.1f} × {other.name}; the least call {most:.1f} ×")


def _ours(port: int, files: list[tuple[str, bytes]]) -> dict[str, Figure]:
    clerk = signed_in(Account.objects.get(username="h55.vanthu"))
    to = Agency.objects.filter(parent__code=BUSIEST).order_by("pk").first()
    assert to is not None
    uploads = [_upload(clerk.headers, label, pdf, to.pk) for label, pdf in files]
    incoming = reverse("office:incoming")
    listing = clerk.get("list", incoming, tab="all")
    search = clerk.get("search", incoming, tab="all", text=WORD)
    least = clerk.get(LEAST, reverse("notifications:count"))
    with web(port, profile="all") as (url, _process):
        send_all("warm", url, [listing, search, least] * 20, _is_answer, clients=CLIENTS)
        return {
            name: send_all(f"Liên Thông, {name}", url, calls, _is_answer, clients=CLIENTS)
            for name, calls in (
                ("upload", uploads),
                ("list", [listing] * len(files)),
                ("search", [search] * len(files)),
                (LEAST, [least] * LEAST_CALLS),
            )
        }


def _upload(headers: dict[str, str], label: str, pdf: bytes, to: int) -> Call:
    form = {
        "csrfmiddlewaretoken": TOKEN, "type_code": "CV", "subject": label, "place": "Thái Nguyên",
        "urgency": 0, "steering_type": 0, "source": "upload", "action": "save", "recipients": to,
        "pdf": peer.File(pdf),
    }  # fmt: skip
    body = encode_multipart(BOUNDARY, form)
    return Call(reverse("office:compose"), headers | {"Content-Type": MULTIPART_CONTENT}, body)


def _is_answer(status: int, content: bytes) -> bool:
    return status == 302 or (status == 200 and b"</" in content)


def _pdf() -> bytes:
    """A page, and random bytes so that no two are the same."""
    writer = pypdf.PdfWriter()
    writer.add_blank_page(width=595, height=842)
    writer.add_attachment("noise.bin", os.urandom(BYTES))
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()
