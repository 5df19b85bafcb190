"""Work files with documents in them, for tests."""

from __future__ import annotations

import hashlib
import io
import zipfile
from collections.abc import Callable
from datetime import datetime
from itertools import count
from pathlib import Path
from typing import Any

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import viewer_in
from lienthong.kernel.blobs import store_blob
from lienthong.kernel.models import Blob
from lienthong.office.archive.filing import NewFile, open_file, put_document
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.moving import accept_file, close_file, hand_in_file
from lienthong.office.archive.packages import open_package, stream_package
from lienthong.office.archive.states import FileState, Kind
from lienthong.office.models import IncomingDocument, IncomingFile
from lienthong.office.states import State
from lienthong.office.tests.factories import NOON, incoming_document
from lienthong.signing.public import ensure_agency_certificates

_numbers = count(1)
TITLE = "Hồ sơ triển khai kết nối, liên thông văn bản điện tử"


def work_file(keeper: Viewer, *, at: datetime = NOON, **fields: Any) -> WorkFile:
    """An open work file that the viewer keeps."""
    values = {"title": TITLE, "retention": "10", **fields}
    return open_file(new=NewFile(**values), viewer=keeper, at=at)


def kept_document(agency: Agency, *, files: int = 1, **fields: Any) -> IncomingDocument:
    """A registered document with a packet and some text files."""
    document = incoming_document(agency, state=State.REGISTERED, **fields)
    document.edxml = stored(f"packet {next(_numbers)}".encode())
    document.save()
    for position in range(1, files + 1):
        blob = stored(f"words {next(_numbers)}".encode())
        IncomingFile.objects.create(
            document=document, position=position, name=f"Phụ lục {position}.txt", blob=blob
        )
    return document


def stored(content: bytes, *, at: datetime = NOON) -> Blob:
    return store_blob([content], at=at, max_bytes=100_000_000)


def put(file: WorkFile, document: IncomingDocument, viewer: Viewer, *, at: datetime = NOON) -> None:
    """Put an incoming document in."""
    put_document(file_id=file.id, kind=Kind.INCOMING, document_id=document.id, viewer=viewer, at=at)


def file_in(
    agency: Agency,
    state: FileState = FileState.HANDED_IN,
    *,
    documents: int = 2,
    at: datetime = NOON,
    **new: Any,
) -> tuple[WorkFile, Viewer]:
    """A clerk's file with documents, moved on to the state; and the clerk."""
    ensure_agency_certificates([agency.id], at=at)
    clerk = viewer_in(agency, Role.CLERK, at=at)
    file = work_file(clerk, at=at, **new)
    for _ in range(documents):
        put(file, kept_document(agency), clerk, at=at)
    moves: list[tuple[FileState, Callable[..., WorkFile]]] = [
        (FileState.CLOSED, close_file),
        (FileState.HANDED_IN, hand_in_file),
        (FileState.ACCEPTED, accept_file),
    ]
    order = [FileState.OPEN, *(reached for reached, _move in moves)]
    for reached, move in moves:
        if order.index(reached) <= order.index(state):
            file = move(file_id=file.id, viewer=clerk, at=at)
    file.refresh_from_db()
    return file, clerk


def package_of(file: WorkFile, viewer: Viewer, *, at: datetime = NOON) -> bytes:
    """The bytes of the file's package."""
    return b"".join(stream_package(open_package(file_id=file.id, viewer=viewer, at=at)))


def written(folder: Path, content: bytes, name: str = "package.zip") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def repacked(content: bytes, change: Callable[[dict[str, bytes]], None], *, compression: int = 0) -> bytes:
    """The package with other entries: what `change` makes of them."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        entries = {name: archive.read(name) for name in archive.namelist()}
    change(entries)
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", compression) as archive:
        for name, data in entries.items():
            archive.writestr(name, data)
    return made.getvalue()


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
