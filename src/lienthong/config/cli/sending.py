"""`lienthong send`: a document on its way through the axis, over HTTP."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, TypeAlias
from uuid import uuid4

import typer
from rich.table import Table

from lienthong.config.cli import runtime
from lienthong.config.env import read_env
from lienthong.kernel.clock import VIETNAM, now
from lienthong.kernel.lifting import Lifted
from lienthong.kernel.spools import Extent, Spool

AXIS, DIRECTORY, DOCUMENTS, SIGNING = (
    f"lienthong.{app}.public" for app in ("axis", "directory", "documents", "signing")
)
PDF = b"%PDF-"
Sendable: TypeAlias = Path | Lifted


@dataclass(frozen=True)
class Letter:
    """What is said about a PDF on its way: the words of the packet's header."""

    sender: str
    recipients: list[str]
    code: str
    type: str
    subject: str
    promulgated_on: date
    place: str


def send(
    file: Annotated[
        Path, typer.Argument(help="A signed packet (.edxml), or a PDF.", exists=True, dir_okay=False)
    ],
    to: Annotated[list[str] | None, typer.Option(help="PDF: code of a receiving agency; repeatable.")] = None,
    sender: Annotated[str, typer.Option("--from", help="PDF: code of the sending agency.")] = "",
    code: Annotated[str, typer.Option(help="PDF: number and notation, such as 15/QĐ-UBND.")] = "",
    subject: Annotated[str, typer.Option(help="PDF: summary of the content.")] = "",
    kind: Annotated[str, typer.Option("--type", help="PDF: code of its type, such as QD or CV.")] = "CV",
    on: Annotated[
        datetime | None, typer.Option("--date", formats=["%Y-%m-%d"], help="PDF: its date.")
    ] = None,
    place: Annotated[str, typer.Option(help="PDF: where it was issued.")] = "",
    url: Annotated[str, typer.Option(help="The axis; LIENTHONG_AXIS_URL if not given.")] = "",
    save: Annotated[
        Path | None, typer.Option(help="PDF: write the signed packet to this file and send nothing.")
    ] = None,
    encrypt: Annotated[
        bool,
        typer.Option("--encrypt", help="PDF: only the recipients can open it, by keys the axis gives."),
    ] = False,
) -> None:
    """Send a document through the axis and print the receipt.

    A packet goes as it is. A PDF is packed with what the options say and signed with the sending agency's key
    in this installation. With --encrypt each key that the axis gives is proven by the roots trusted
    here. The system's name and secret come from LIENTHONG_AXIS_CLIENT_ID and _SECRET.
    """
    url = url or read_env().axis_url
    with runtime.prepared():
        content: Sendable = file
        if _is_pdf(file):
            if not (to and sender and "/" in code and subject):
                runtime.fail("A PDF needs --from, --to, --code (such as 15/QĐ-UBND) and --subject.")
            promulgated = on.date() if on else now().date()
            letter = Letter(sender, to or [], code, kind, subject, promulgated, place)
            with runtime.refusals():
                content = pack(file, letter, at=now(), directory=url if encrypt else "")
        elif encrypt:
            runtime.fail("A packet is signed already, so it cannot be encrypted any more. Give the PDF.")
        if save:
            _save(content, save)
            runtime.console.print(f"Signed packet: {save}")
            return
        receipt = submit(content, url)
    print_receipt(receipt)


def _is_pdf(file: Path) -> bool:
    with file.open("rb") as opened:
        return opened.read(len(PDF)) == PDF


def _save(content: Sendable, target: Path) -> None:
    chunks = content.chunks() if isinstance(content, Lifted) else Extent(Spool.of_path(content)).pieces()
    with target.open("wb") as file:
        file.writelines(chunks)


def pack(pdf: Path, letter: Letter, *, at: datetime, directory: str = "") -> Lifted:
    """The signed edXML packet that carries the PDF, encrypted if a directory (an axis) is given for keys.

    Only what is encrypted is read into memory.
    """
    edxml, signing = runtime.door(AXIS).edxml, runtime.door(SIGNING)
    find_agency = runtime.door(DIRECTORY).find_agency
    agency = find_agency(letter.sender, on=at.date())
    recipients = [find_agency(code, on=at.date()) for code in letter.recipients]
    number, _, notation = letter.code.partition("/")
    attachments = _attachments(edxml, pdf, letter)
    if directory:
        readers = readers_for([agency, *recipients], directory, at=at)
        attachments = runtime.door(AXIS).encrypt_attachments(attachments, readers)
    packet = edxml.EdxmlPacket(
        sender=_party(edxml, agency),
        recipients=tuple(_party(edxml, recipient) for recipient in recipients),
        number=number,
        notation=notation,
        promulgated_on=letter.promulgated_on,
        subject=letter.subject,
        document_id=edxml.document_id_of(agency.old_code, letter.promulgated_on, letter.code),
        place=letter.place,
        type_code=letter.type,
        type_name=_type_name(letter.type),
        attachments=attachments,
    )
    built = edxml.build_lifted_packet(packet)
    signed: Lifted = signing.sign_lifted_packet(built, agency_id=agency.pk, at=at)
    return signed


def _attachments(edxml: Any, pdf: Path, letter: Letter) -> Any:
    return (
        edxml.Attachment(
            name=f"{letter.code.replace('/', '_')}.pdf",
            content_type="application/pdf",
            content=Extent(Spool.of_path(pdf)),
            content_id=f"{uuid4().hex}.pdf",
            description=letter.subject[:500],
        ),
    )


def readers_for(agencies: list[Any], url: str, *, at: datetime) -> list[Any]:
    """The proven certificates to encrypt with: of all recipients, and of the sender (the first) if any."""
    with calling(url) as client:
        given = client.encryption_certificates([one.old_code for one in agencies])
    pems = {item.agency: item.pem.encode() for item in given.items}
    without = [one.code for one in agencies[1:] if one.old_code not in pems]
    if without:
        runtime.fail(f"Nothing can be encrypted for {', '.join(without)}: no encryption certificate there.")
    pairs = [(one, pems[one.old_code]) for one in agencies if one.old_code in pems]
    return list(runtime.door(SIGNING).trusted_readers(pairs, at=at).values())


def _party(edxml: Any, agency: Any) -> Any:
    return edxml.Party(organ_id=agency.old_code, organ_name=agency.name)


def _type_name(code: str) -> str:
    names = {kind.code: kind.name_vi for kind in runtime.door(DOCUMENTS).DOCUMENT_TYPES}
    if code not in names:
        runtime.fail(f"There is no type {code}. Types: {', '.join(sorted(names))}.")
    return str(names[code])


def submit(packet: Sendable, url: str) -> Any:
    """Hand the packet to the axis at `url`; the answer is its receipt."""
    with calling(url) as client:
        return client.submit_packet(packet)


@contextmanager
def calling(url: str) -> Iterator[Any]:
    """A client of the axis at `url`; leaves with a sentence for what goes wrong."""
    env, axis = read_env(), runtime.door(AXIS)
    if not (url and env.axis_client_id):
        runtime.fail("Set LIENTHONG_AXIS_URL, LIENTHONG_AXIS_CLIENT_ID and LIENTHONG_AXIS_CLIENT_SECRET.")
    try:
        with axis.AxisClient(url, env.axis_client_id, env.axis_client_secret.get_secret_value()) as client:
            yield client
    except axis.AxisUnreachable as error:
        runtime.fail(f"The axis at {url} cannot be reached: {error}")
    except axis.AxisRefused as refusal:
        runtime.fail("\n  ".join(refusal.sentences.values()) or str(refusal))


def print_receipt(receipt: Any) -> None:
    """The receipt as a table."""
    table = Table(show_header=False, title="Receipt (sent before)" if receipt.repeated else "Receipt")
    table.add_row("Packet", str(receipt.packet_id))
    table.add_row("Document", receipt.document_id)
    table.add_row("Received", f"{receipt.received_at.astimezone(VIETNAM):%d/%m/%Y %H:%M:%S %z}")
    table.add_row("SHA-256", receipt.sha256)
    table.add_row("For", ", ".join(receipt.recipients))
    runtime.console.print(table)
