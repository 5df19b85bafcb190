"""The description of a package: METS 1.12 with PREMIS 3 inside, written piece by piece.

The same holdings give the same bytes: nothing is taken from the clock, and everything stands in one order.
"""

from __future__ import annotations

import hashlib
import io
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

from lxml import etree

from lienthong.kernel.clock import VIETNAM
from lienthong.ledger.public import Actor
from lienthong.office.archive.holdings import Act, Holding, Holdings, Part
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.states import retention_vi

NAMESPACES = {
    "mets": "http://www.loc.gov/METS/",
    "premis": "http://www.loc.gov/premis/v3",
    "xlink": "http://www.w3.org/1999/xlink",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "dc": "http://purl.org/dc/elements/1.1/",
    "wf": "urn:lienthong:work-file:1",
}
OBJECT, EVENT, AGENT = "PREMIS:OBJECT", "PREMIS:EVENT", "PREMIS:AGENT"
AGENT_TYPES = {"official": "person", "job": "software", "system": "software"}
_UNWRITABLE = re.compile(r"[^\t\n\r\x20-\uD7FF\uE000-\uFFFD\U00010000-\U0010FFFF]")


class Node(NamedTuple):
    """An element to be written; names carry the prefixes of `NAMESPACES`."""

    name: str
    attributes: dict[str, str]
    children: tuple[Node | str, ...]


def node(name: str, *children: Node | str | None, **attributes: str) -> Node:
    """An element; children that are None are left out, and `xlink_href` is the attribute `xlink:href`."""
    named = {key.replace("_", ":"): value for key, value in attributes.items()}
    return Node(name, named, tuple(child for child in children if child is not None))


def write_mets(holdings: Holdings) -> bytes:
    """The METS file of the package.

    In memory it is no more than its own bytes: about 8 kB a document (`filing.MOST_ITEMS` bounds them).
    """
    written = io.BytesIO()
    file = holdings.file
    attributes = {
        "OBJID": f"urn:uuid:{file.id}",
        "LABEL": _text(f"{file.code} {file.title}"),
        "TYPE": "work file",
    }
    with etree.xmlfile(written, encoding="UTF-8") as xml:
        xml.write_declaration()
        with xml.element(_tag("mets:mets"), attributes, nsmap=NAMESPACES):
            for part in _sections(holdings):
                _write(xml, part)
                xml.write("\n")
    return written.getvalue()


def _sections(holdings: Holdings) -> Iterator[Node]:
    """The children of the root, in the order of the schema."""
    yield _header(holdings.file)
    yield _described_file(holdings.file)
    for document in holdings.documents:
        yield _described_document(document)
    yield _administered("file", holdings.parts, holdings.acts, _agents(holdings))
    for document in holdings.documents:
        if document.parts or document.acts:
            yield _administered(_key(document), document.parts, document.acts, ())
    yield node("mets:fileSec", *_file_groups(holdings))
    yield _structure(holdings)


def _header(file: WorkFile) -> Node:
    at = file.handed_in_at
    return node(
        "mets:metsHdr",
        node(
            "mets:agent",
            node("mets:name", file.agency.name),
            node("mets:note", file.agency.code),
            ROLE="CREATOR",
            TYPE="ORGANIZATION",
        ),
        node(
            "mets:agent",
            node("mets:name", "Liên Thông"),
            ROLE="CREATOR",
            TYPE="OTHER",
            OTHERTYPE="SOFTWARE",
        ),
        **({"CREATEDATE": at.astimezone(VIETNAM).isoformat(timespec="seconds")} if at else {}),
    )


def _described_file(file: WorkFile) -> Node:
    """The file's own description; Dublin Core has no words for retention, so these are ours."""
    facts = {
        "code": file.code,
        "title": file.title,
        "year": str(file.year),
        "agency": file.agency.name,
        "agencyCode": file.agency.code,
        "division": file.division.name if file.division else "",
        "keeper": file.keeper.full_name,
        "keeperPost": file.keeper_post.title if file.keeper_post else "",
        "retention": retention_vi(file.retention),
        "opened": file.opened_on.isoformat(),
        "closed": file.closed_on.isoformat() if file.closed_on else "",
        "documents": str(file.item_count),
    }
    words = [node(f"wf:{name}", value) for name, value in facts.items() if value]
    wrapped = node(
        "mets:mdWrap",
        node("mets:xmlData", node("wf:workFile", *words)),
        MDTYPE="OTHER",
        OTHERMDTYPE="LIENTHONG-WORK-FILE",
    )
    return node("mets:dmdSec", wrapped, ID="dmd-file")


def _described_document(document: Holding) -> Node:
    facts = [
        ("identifier", document.code),
        ("title", document.subject),
        ("type", document.type_name),
        ("creator", document.author),
        ("contributor", document.signer),
        ("date", document.day.isoformat() if document.day else ""),
        ("format", f"{document.pages} trang" if document.pages else ""),
        ("description", document.destroyed),
    ]
    words = [node(f"dc:{name}", value) for name, value in facts if value]
    wrapped = node("mets:mdWrap", node("mets:xmlData", *words), MDTYPE="DC")
    return node("mets:dmdSec", wrapped, ID=f"dmd-{_key(document)}")


def _administered(key: str, parts: Iterable[Part], acts: Iterable[Act], agents: Iterable[Actor]) -> Node:
    """What is known of the stored files, what happened, and (in the first such section) who did it."""
    return node(
        "mets:amdSec",
        *(_wrapped("mets:techMD", f"tech-{_id(part)}", OBJECT, _object(part)) for part in parts),
        *(
            _wrapped("mets:digiprovMD", f"act-{key}-{number}", EVENT, _event(act))
            for number, act in enumerate(acts, 1)
        ),
        *(
            _wrapped("mets:digiprovMD", f"agent-{_agent_key(actor)}", AGENT, _agent(actor))
            for actor in agents
        ),
        ID=f"amd-{key}",
    )


def _wrapped(name: str, key: str, kind: str, content: Node) -> Node:
    return node(name, node("mets:mdWrap", node("mets:xmlData", content), MDTYPE=kind), ID=key)


def _object(part: Part) -> Node:
    fixity = node(
        "premis:fixity",
        node("premis:messageDigestAlgorithm", "SHA-256"),
        node("premis:messageDigest", part.blob.sha256),
    )
    designation = node("premis:formatDesignation", node("premis:formatName", part.blob.media_type))
    return node(
        "premis:object",
        _identifier("object", "local", _id(part)),
        node(
            "premis:objectCharacteristics",
            fixity,
            node("premis:size", str(part.blob.size)),
            node("premis:format", designation),
        ),
        node("premis:originalName", part.name) if part.name else None,
        xsi_type="premis:file",
    )


def _event(act: Act) -> Node:
    return node(
        "premis:event",
        _identifier("event", "local", act.id),
        node("premis:eventType", act.type),
        node("premis:eventDateTime", act.at),
        node("premis:eventDetailInformation", node("premis:eventDetail", act.detail)) if act.detail else None,
        node("premis:eventOutcomeInformation", node("premis:eventOutcome", act.outcome))
        if act.outcome
        else None,
        _identifier("linkingAgent", "local", _agent_key(act.actor)),
    )


def _agent(actor: Actor) -> Node:
    return node(
        "premis:agent",
        _identifier("agent", "local", _agent_key(actor)),
        node("premis:agentName", actor.name or actor.id),
        node("premis:agentType", AGENT_TYPES.get(actor.kind, "organization")),
        node("premis:agentNote", actor.post) if actor.post else None,
        node("premis:agentNote", actor.agency_code) if actor.agency_code else None,
    )


def _agents(holdings: Holdings) -> list[Actor]:
    """Everyone who did something, once each, as on the day: another name or post is another agent."""
    found: dict[str, Actor] = {}
    acts = [*holdings.acts, *(act for document in holdings.documents for act in document.acts)]
    for act in acts:
        found.setdefault(_agent_key(act.actor), act.actor)
    return [found[key] for key in sorted(found)]


def _agent_key(actor: Actor) -> str:
    told = "\n".join((actor.kind, actor.id, actor.name, actor.post, actor.agency_code))
    return hashlib.sha256(told.encode()).hexdigest()[:16]


def _identifier(of: str, kind: str, value: str) -> Node:
    return node(
        f"premis:{of}Identifier",
        node(f"premis:{of}IdentifierType", kind),
        node(f"premis:{of}IdentifierValue", value),
    )


def _file_groups(holdings: Holdings) -> Iterator[Node]:
    if holdings.parts:
        yield node("mets:fileGrp", *map(_file, holdings.parts), USE="work file")
    for document in holdings.documents:
        if document.parts:
            yield node(
                "mets:fileGrp", *map(_file, document.parts), ID=f"group-{_key(document)}", USE="document"
            )


def _file(part: Part) -> Node:
    location = node("mets:FLocat", LOCTYPE="URL", xlink_href=part.path)
    return node(
        "mets:file",
        location,
        ID=_id(part),
        MIMETYPE=part.blob.media_type,
        SIZE=str(part.blob.size),
        CHECKSUM=part.blob.sha256,
        CHECKSUMTYPE="SHA-256",
        ADMID=f"tech-{_id(part)}",
        USE=part.use,
    )


def _structure(holdings: Holdings) -> Node:
    """The file, and in it its documents in their order."""
    file = holdings.file
    documents = (
        node(
            "mets:div",
            *(node("mets:fptr", FILEID=_id(part)) for part in document.parts),
            ORDER=str(document.position),
            TYPE=document.kind,
            LABEL=f"{document.code} {document.subject}".strip() or document.id,
            DMDID=f"dmd-{_key(document)}",
            **_administered_by(_key(document), document),
        )
        for document in holdings.documents
    )
    whole = node(
        "mets:div",
        *(node("mets:fptr", FILEID=_id(part)) for part in holdings.parts),
        *documents,
        TYPE="work file",
        LABEL=f"{file.code} {file.title}",
        DMDID="dmd-file",
        ADMID="amd-file",
    )
    return node("mets:structMap", whole, TYPE="logical")


def _administered_by(key: str, document: Holding) -> dict[str, str]:
    return {"ADMID": f"amd-{key}"} if document.parts or document.acts else {}


def _key(document: Holding) -> str:
    return f"{document.position:05d}"


def _id(part: Part) -> str:
    """An XML name of the file, from its place: "f-00001-02", "f-cover"."""
    _folder, _slash, rest = part.path.partition("/")
    document, slash, name = rest.partition("/")
    return f"f-{document}-{name[:2]}" if slash else f"f-{part.use}"


def _write(xml: Any, part: Node | str) -> None:
    if isinstance(part, str):
        xml.write(_text(part))
        return
    attributes = {_tag(name): _text(value) for name, value in part.attributes.items()}
    with xml.element(_tag(part.name), attributes):
        for child in part.children:
            _write(xml, child)


def _tag(name: str) -> str:
    prefix, colon, local = name.partition(":")
    return f"{{{NAMESPACES[prefix]}}}{local}" if colon else name


def _text(text: str) -> str:
    """The text without what XML cannot hold."""
    return _UNWRITABLE.sub("\ufffd", text)
