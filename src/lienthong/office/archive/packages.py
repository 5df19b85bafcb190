"""The package of a work file: a ZIP of stored entries, the METS file first, under the agency's seal."""

from __future__ import annotations

import hashlib
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from asn1crypto import pem
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from lienthong.identity.public import NotAllowed, Viewer
from lienthong.kernel.blobs import open_blob
from lienthong.kernel.errors import Refusal
from lienthong.office.archive import policies, queries
from lienthong.office.archive.holdings import Holdings, Part, holdings_of
from lienthong.office.archive.mets import write_mets
from lienthong.office.archive.models import WorkFile
from lienthong.office.archive.states import SEALED_STATES
from lienthong.signing.public import root_certificate, sign_statement

METS, SEAL, ROOT = "mets.xml", "seal.jws", "root.pem"
OWN = (METS, SEAL, ROOT)
EPOCH = (1980, 1, 1, 0, 0, 0)  # the same content has the same bytes
READABLE = 0o100644 << 16


class NotHandedIn(Refusal):
    """There is a package once the file was handed in."""

    code, status = "work-file-not-handed-in", 409
    sentence = _("The work file has not been handed in to the archive, so there is no package of it yet.")


@dataclass(frozen=True)
class Package:
    """What goes into the ZIP, gathered at one moment; contents are read only while it is written."""

    name: str
    mets: bytes
    seal: bytes
    root: bytes
    parts: tuple[Part, ...]


def seal_file(file: WorkFile, *, at: datetime) -> tuple[Holdings, bytes]:
    """Set the agency's seal over the file's METS, unless it stands there already. The caller holds the lock.

    The file's `seal` is changed, and saved by the caller. Raises `NoCertificate`, `SigningUnavailable`.
    """
    holdings = holdings_of(file)
    mets = write_mets(holdings)
    sha256 = hashlib.sha256(mets).hexdigest()
    if sha256 != file.sealed_sha256:
        file.seal = sign_statement(mets, agency_id=file.agency_id, at=at).decode("ascii")
        file.sealed_sha256 = sha256
    return holdings, mets


def open_package(*, file_id: object, viewer: Viewer, at: datetime) -> Package:
    """The package of a file that was handed in, for who may read every document of the agency.

    If a document was destroyed since, or the archive accepted the file, it is described as it is now and
    sealed anew; otherwise it is the same, byte for byte.

    Raises:
        NotFound, NotAllowed, NotHandedIn; NoCertificate, SigningUnavailable
    """
    with transaction.atomic():
        file = queries.find_file(viewer, file_id, lock=True)  # type: ignore[arg-type]
        if not policies.may_take_package(viewer, file):
            raise NotAllowed
        if file.state not in SEALED_STATES:
            raise NotHandedIn
        sealed = file.sealed_sha256
        holdings, mets = seal_file(file, at=at)
        if file.sealed_sha256 != sealed:
            file.save(update_fields=["seal", "sealed_sha256"])
    return Package(
        name=f"{file.agency.code}-{file.year}-{file.code}.zip".replace("/", "_"),
        mets=mets,
        seal=file.seal.encode("ascii"),
        root=pem.armor("CERTIFICATE", root_certificate()),
        parts=tuple(holdings.all_parts()),
    )


def stream_package(package: Package) -> Iterator[bytes]:
    """The ZIP, piece by piece: never more in memory than METS and one piece of a file.

    Entries are stored as they are: what is signed does not shrink, and nothing can be hidden in what grows
    when it is unpacked. Raises `BlobMissing`.
    """
    own: list[tuple[str, int, Iterable[bytes]]] = [
        (name, len(content), [content])
        for name, content in ((METS, package.mets), (SEAL, package.seal), (ROOT, package.root))
    ]
    sink = _Sink()
    with zipfile.ZipFile(sink, "w", zipfile.ZIP_STORED) as archive:
        for name, size, pieces in own + [
            (part.path, part.blob.size, open_blob(part.blob)) for part in package.parts
        ]:
            entry = zipfile.ZipInfo(name, EPOCH)
            entry.create_system, entry.external_attr, entry.file_size = 3, READABLE, size
            with archive.open(entry, "w", force_zip64=size > zipfile.ZIP64_LIMIT) as opened:
                for piece in pieces:
                    opened.write(piece)
                    yield sink.take()
            yield sink.take()
    yield sink.take()


class _Sink:
    """A file to write only, whose bytes are taken away as they come."""

    def __init__(self) -> None:
        self._held: list[bytes] = []

    def write(self, data: bytes) -> int:
        self._held.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing is held back."""

    def close(self) -> None:
        """Nothing is open."""

    def take(self) -> bytes:
        """What was written since the last time."""
        held, self._held = self._held, []
        return b"".join(held)
