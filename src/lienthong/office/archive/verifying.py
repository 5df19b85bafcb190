"""Whether a package is whole and sealed, from the file alone: no database, no network, no settings.

A package is hostile until proven otherwise. Its entries are stored uncompressed, so nothing in it can be
larger than the file itself; how many there are is known from its last bytes before any list of them is made;
nothing is ever unpacked to disk.
"""

from __future__ import annotations

import hashlib
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, cast

from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _
from lxml import etree

from lienthong.kernel.errors import Refusal
from lienthong.office.archive.mets import NAMESPACES
from lienthong.office.archive.packages import METS, OWN, ROOT, SEAL
from lienthong.signing.public import Sealed, read_roots, verify_seal

MOST_ENTRIES = 200_000
MOST_METS, MOST_OWN = 128 * 1024 * 1024, 64 * 1024
MOST_DIRECTORY = 64 * 1024 * 1024
PIECE = 1 << 20
LONGEST_NAME = 300
_END = struct.Struct("<4s4H2LH")
_END64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR = struct.Struct("<4sLQL")
_ENCRYPTED = 0x1
_METS = f"{{{NAMESPACES['mets']}}}"
_HREF = f"{{{NAMESPACES['xlink']}}}href"


class PackageUnreadable(Refusal):
    """Not a package that could be checked."""

    code, status = "package-unreadable", 422
    sentence = _("This is not a package of a work file that can be checked: %(detail)s")


class PackageTooLarge(Refusal):
    """More of something than is read."""

    code, status = "package-too-large", 413
    sentence = _("The package has more %(what)s than are checked: %(found)s, where at most %(limit)s may be.")


@dataclass(frozen=True)
class FileVerdict:
    """One file of the package; `fault` is "" or "altered", "missing", "extra", "damaged"."""

    path: str
    fault: str = ""

    @property
    def reason(self) -> str | Promise:
        """What is wrong, in the reader's language."""
        return FAULTS[self.fault]


FAULTS: Mapping[str, str | Promise] = {
    "": "",
    "altered": _("its content is not what the description says"),
    "damaged": _("it cannot be read out of the ZIP"),
    "missing": _("the description names it, but it is not there"),
    "extra": _("it is there, but the description does not name it"),
}


@dataclass(frozen=True)
class Root:
    """A certificate that the seal's verdict rests on."""

    sha256: str


@dataclass(frozen=True)
class PackageVerdict:
    """What a package is worth: valid if every file is as described and the description is sealed.

    Texts come from the package and may be hostile. `roots_given` tells that the roots came from the asker;
    otherwise they came with the package, which proves nothing until somebody compares their SHA-256.
    """

    label: str
    mets_sha256: str
    files: tuple[FileVerdict, ...]
    sealed: Sealed | None
    seal_fault: str | Promise
    roots: tuple[Root, ...]
    roots_given: bool

    @property
    def faults(self) -> tuple[FileVerdict, ...]:
        """The files with which something is wrong."""
        return tuple(found for found in self.files if found.fault)

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return self.sealed is not None and bool(self.files) and not self.faults


@dataclass(frozen=True)
class _Described:
    sha256: str
    size: int


def verify_package(path: Path, *, roots: Sequence[bytes] = ()) -> PackageVerdict:
    """Check every file of a package against its description, and the seal over the description.

    Without `roots` (DER) the one that the package brings is taken. Reads the file once; in memory it holds
    the description and one piece of a file.

    Raises:
        PackageUnreadable, PackageTooLarge: there is nothing in it that could be checked.
    """
    with path.open("rb") as file:
        _require_few_entries(file)
        try:
            with zipfile.ZipFile(file) as archive:
                return _verified(archive, path.stat().st_size, roots)
        # NotImplementedError: zipfile, of a method or version it does not know.
        except (zipfile.BadZipFile, NotImplementedError, EOFError, struct.error, ValueError) as error:
            raise PackageUnreadable(detail=_short(error)) from error


def _verified(archive: zipfile.ZipFile, size: int, roots: Sequence[bytes]) -> PackageVerdict:
    entries = _entries(archive, size)
    mets = _own(archive, entries, METS, MOST_METS)
    label, described = read_mets(mets)
    sealed, fault, used = _seal(archive, entries, mets, roots)
    return PackageVerdict(
        label=label,
        mets_sha256=hashlib.sha256(mets).hexdigest(),
        files=tuple(_files(archive, entries, described)),
        sealed=sealed,
        seal_fault=fault,
        roots=tuple(Root(hashlib.sha256(der).hexdigest()) for der in used),
        roots_given=bool(roots),
    )


def _require_few_entries(file: BinaryIO) -> None:
    """Refuse a file that is no ZIP to its last byte, or has too many entries, before any are listed."""
    size = file.seek(0, 2)
    if size < _END.size:
        raise PackageUnreadable(detail=_("it is not a ZIP file."))
    file.seek(size - _END.size)
    sign, _disk, _start, _here, count, directory, _offset, comment = _END.unpack(file.read(_END.size))
    if sign != b"PK\x05\x06" or comment:
        raise PackageUnreadable(detail=_("it is not a ZIP file, or it is cut short."))
    if size >= _END.size + _LOCATOR.size + _END64.size:
        file.seek(size - _END.size - _LOCATOR.size - _END64.size)
        end = _END64.unpack(file.read(_END64.size))
        locator = _LOCATOR.unpack(file.read(_LOCATOR.size))
        if locator[0] == b"PK\x06\x07":
            if locator[2] != size - _END.size - _LOCATOR.size - _END64.size:  # readers differ
                raise PackageUnreadable(detail=_("it is not a ZIP file, or it is cut short."))
            count = end[7] if count == 0xFFFF else max(count, end[7])
            directory = end[8] if directory == 0xFFFFFFFF else max(directory, end[8])
    if count > MOST_ENTRIES:
        raise PackageTooLarge(what=_("files"), found=count, limit=MOST_ENTRIES)
    if directory > MOST_DIRECTORY:
        raise PackageTooLarge(what=_("bytes in its list of files"), found=directory, limit=MOST_DIRECTORY)
    file.seek(0)


def _entries(archive: zipfile.ZipFile, size: int) -> dict[str, zipfile.ZipInfo]:
    """The entries by name, each once, stored as it is, in a place inside the package, and not overlapping."""
    found: dict[str, zipfile.ZipInfo] = {}
    for entry in archive.infolist():
        name = entry.orig_filename
        if name in found:
            raise PackageUnreadable(detail=_said(_("“%(name)s” is in it twice."), name=_short(name)))
        if not _is_inside(name):
            raise PackageUnreadable(
                detail=_said(_("the name “%(name)s” leads out of the package."), name=_short(name))
            )
        if entry.flag_bits & _ENCRYPTED or entry.compress_type != zipfile.ZIP_STORED:
            raise PackageUnreadable(
                detail=_said(
                    _("“%(name)s” is compressed or encrypted; a package's files are stored as they are."),
                    name=_short(name),
                )
            )
        if not 0 <= entry.header_offset < size:
            raise PackageUnreadable(
                detail=_said(_("the place of “%(name)s” is outside of it."), name=_short(name))
            )
        found[name] = entry
    if len(found) > MOST_ENTRIES:
        raise PackageTooLarge(what=_("files"), found=len(found), limit=MOST_ENTRIES)
    if min((entry.header_offset for entry in found.values()), default=0) > 0:
        raise PackageUnreadable(detail=_("something stands before its first file."))
    if sum(entry.file_size for entry in found.values()) > size:
        raise PackageUnreadable(detail=_("its files say to be larger than the package."))
    return found


def _is_inside(name: str) -> bool:
    """Whether the name is a plain path below the package's own folder."""
    steps = name.split("/")
    return (
        0 < len(name) <= LONGEST_NAME
        and name.isascii()
        and name.isprintable()
        and not set(name) & set('\\:*?"<>|')
        and all(step not in {"", ".", ".."} for step in steps)
    )


def _own(archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], name: str, limit: int) -> bytes:
    entry = entries.get(name)
    if entry is None:
        raise PackageUnreadable(detail=_said(_("“%(name)s” is not in it."), name=name))
    if entry.file_size > limit:
        raise PackageTooLarge(
            what=_said(_("bytes in %(name)s"), name=name), found=entry.file_size, limit=limit
        )
    return archive.read(entry)


def read_mets(content: bytes) -> tuple[str, dict[str, _Described]]:
    """The label, and the files that the description names, by their place. Raises `PackageUnreadable`.

    Entities, document types and whatever they could load are refused before a parser sees them.
    """
    if not content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>") or b"<!DOCTYPE" in content:
        raise PackageUnreadable(detail=_("the description is not the XML that packages have."))
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise PackageUnreadable(detail=f"{METS}: {_short(error)}") from error
    if root.tag != f"{_METS}mets":
        raise PackageUnreadable(detail=_("the description is not METS."))
    found: dict[str, _Described] = {}
    for file in root.iterfind(f"{_METS}fileSec//{_METS}file"):
        place, described = _described(file)
        if place in found or place in OWN or not _is_inside(place):
            raise PackageUnreadable(
                detail=_said(
                    _("the description names “%(name)s” twice, or where no file may be."), name=_short(place)
                )
            )
        found[place] = described
    return root.get("LABEL", ""), found


def _described(file: etree._Element) -> tuple[str, _Described]:
    location = file.find(f"{_METS}FLocat")
    sha256, size = file.get("CHECKSUM", ""), file.get("SIZE", "")
    if location is None or file.get("CHECKSUMTYPE") != "SHA-256" or len(sha256) != 64 or not size.isdecimal():
        raise PackageUnreadable(
            detail=_said(
                _("the description gives no SHA-256 and size of “%(name)s”."),
                name=_short(file.get("ID", "?")),
            )
        )
    return location.get(_HREF, ""), _Described(sha256, int(size[:20]))


def _files(
    archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], described: Mapping[str, _Described]
) -> Iterator[FileVerdict]:
    for place, wanted in described.items():
        entry = entries.get(place)
        yield FileVerdict(place, "missing" if entry is None else _fault(archive, entry, wanted))
    for name in entries:
        if name not in described and name not in OWN:
            yield FileVerdict(name, "extra")


def _fault(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, wanted: _Described) -> str:
    if entry.file_size != wanted.size:
        return "altered"
    digest = hashlib.sha256()
    try:
        with archive.open(entry) as opened:
            while piece := opened.read(PIECE):
                digest.update(piece)
    except zipfile.BadZipFile as error:
        return "altered" if "CRC" in str(error) else "damaged"
    # NotImplementedError: zipfile, of a method or version it does not know.
    except (EOFError, OSError, ValueError, NotImplementedError, struct.error, zlib.error):
        return "damaged"
    return "" if digest.hexdigest() == wanted.sha256 else "altered"


def _seal(
    archive: zipfile.ZipFile, entries: Mapping[str, zipfile.ZipInfo], mets: bytes, roots: Sequence[bytes]
) -> tuple[Sealed | None, str | Promise, Sequence[bytes]]:
    """Who sealed the description, or why that is not known; and the roots it was judged by."""
    try:
        signature = _own(archive, entries, SEAL, MOST_OWN)
        used = roots or read_roots(_own(archive, entries, ROOT, MOST_OWN))
        return verify_seal(mets, signature, roots=used), "", used
    except Refusal as refusal:
        return None, cast(Promise, lazy(refusal.say, str)()), roots
    except zipfile.BadZipFile as error:
        return None, _short(error), roots


def _said(text: str | Promise, **facts: str) -> Promise:
    """The sentence with its facts, in whatever language is active when it is shown."""
    return cast(Promise, lazy(lambda: str(text) % facts, str)())


def _short(text: object) -> str:
    """Some of a hostile text, on one line."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in str(text)[:120])
