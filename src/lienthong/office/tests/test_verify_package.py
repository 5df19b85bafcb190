"""A package that anyone may hand us: what is wrong with it is told, at no more cost than its own size."""

from __future__ import annotations

import io
import struct
import zipfile
from collections.abc import Callable
from datetime import datetime
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding

from lienthong.identity.tests.factories import agency
from lienthong.kernel.errors import LANGUAGES, Refusal
from lienthong.office.archive.verifying import (
    PackageTooLarge,
    PackageUnreadable,
    PackageVerdict,
    read_mets,
    verify_package,
)
from lienthong.office.tests.factories import NOON
from lienthong.office.tests.work_files import file_in, package_of, repacked, written
from lienthong.signing.public import root_certificate, sign_statement

pytestmark = pytest.mark.django_db
Entries = dict[str, bytes]
HEAD = b"<?xml version='1.0' encoding='UTF-8'?>\n"


@pytest.fixture
def package() -> bytes:
    file, clerk = file_in(agency(), documents=2)
    return package_of(file, clerk)


def verdict(folder: Path, content: bytes) -> PackageVerdict:
    return verify_package(written(folder, content))


def faults(folder: Path, content: bytes) -> dict[str, str]:
    return {found.path: found.fault for found in verdict(folder, content).faults}


def refusal(folder: Path, content: bytes) -> Refusal:
    with pytest.raises(Refusal) as raised:
        verdict(folder, content)
    for language in LANGUAGES:
        assert "%(" not in raised.value.say(language)
    return raised.value


def test_a_whole_package_holds_and_says_who_sealed_it(package: bytes, tmp_path: Path) -> None:
    path = written(tmp_path, package)
    found = verify_package(path)
    assert found.valid
    assert found.sealed is not None
    assert found.sealed.agency_name.startswith("Sở Thử nghiệm")
    assert not found.roots_given
    trusted = verify_package(path, roots=[root_certificate()])
    assert trusted.valid
    assert trusted.roots_given


def test_a_flipped_byte_names_the_file(package: bytes, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        entries = archive.infolist()
        contents = {entry.filename: archive.read(entry) for entry in entries}
    for name, content in contents.items():
        at = package.index(content) + len(content) // 2
        flipped = package[:at] + bytes([package[at] ^ 1]) + package[at + 1 :]
        if name == "mets.xml":
            refusal(tmp_path, flipped)  # the ZIP's own checksum: there is nothing left to check by
        elif name in {"seal.jws", "root.pem"}:
            assert verdict(tmp_path, flipped).sealed is None
        else:
            assert faults(tmp_path, flipped) == {name: "altered"}


def test_a_file_changed_with_its_checksums_in_the_zip_is_still_found(package: bytes, tmp_path: Path) -> None:
    def change(entries: Entries) -> None:
        entries["cover.pdf"] = entries["cover.pdf"].replace(b"%PDF", b"%pdf")

    assert faults(tmp_path, repacked(package, change)) == {"cover.pdf": "altered"}


def test_missing_and_extra_files_are_told(package: bytes, tmp_path: Path) -> None:
    def change(entries: Entries) -> None:
        del entries["contents.pdf"]
        entries["documents/00001/99-more.txt"] = b"more"

    assert faults(tmp_path, repacked(package, change)) == {
        "contents.pdf": "missing",
        "documents/00001/99-more.txt": "extra",
    }


def test_a_description_changed_to_fit_is_no_longer_sealed(package: bytes, tmp_path: Path) -> None:
    def change(entries: Entries) -> None:
        entries["mets.xml"] = entries["mets.xml"].replace(b"<wf:year>2026<", b"<wf:year>2025<")

    found = verdict(tmp_path, repacked(package, change))
    assert found.faults == ()
    assert found.sealed is None
    assert found.seal_fault
    assert not found.valid


def test_a_seal_of_another_agency_is_told_by_its_name_and_one_of_the_hub_is_none(
    package: bytes, tmp_path: Path
) -> None:
    other, _clerk = file_in(agency(name="Sở Khác"))

    def by_other(entries: Entries) -> None:
        entries["seal.jws"] = sign_statement(entries["mets.xml"], at=NOON, agency_id=other.agency_id)

    def by_hub(entries: Entries) -> None:
        entries["seal.jws"] = sign_statement(entries["mets.xml"], at=NOON)

    sealed = verdict(tmp_path, repacked(package, by_other)).sealed
    assert sealed is not None
    assert sealed.agency_name == "Sở Khác"
    assert verdict(tmp_path, repacked(package, by_hub)).sealed is None


def test_roots_of_somebody_else_prove_nothing(package: bytes, tmp_path: Path) -> None:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(datetime(2020, 1, 1)).not_valid_after(datetime(2040, 1, 1))  # noqa: DTZ001
    root = made.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)
    found = verify_package(written(tmp_path, package), roots=[root])
    assert found.faults == ()
    assert not found.valid
    assert "root" in str(found.seal_fault).lower() or found.sealed is None


def test_something_in_front_is_refused(package: bytes, tmp_path: Path) -> None:
    assert "before its first file" in refusal(tmp_path, b"#!/bin/sh\n" + package).say("en")


def test_whatever_byte_is_changed_there_is_an_answer_and_no_content_passes(
    package: bytes, tmp_path: Path
) -> None:
    """Every 97th byte: headers, lists and contents are all met; only the ZIP's own may go unnoticed."""
    with zipfile.ZipFile(io.BytesIO(package)) as archive:
        original = {entry.filename: archive.read(entry) for entry in archive.infolist()}
    for at in range(0, len(package), 97):
        flipped = package[:at] + bytes([package[at] ^ 0x41]) + package[at + 1 :]
        try:
            whole = verdict(tmp_path, flipped).valid
        except Refusal:
            continue
        if whole:
            with zipfile.ZipFile(io.BytesIO(flipped)) as archive:
                assert {name: archive.read(name) for name in archive.namelist()} == original


@pytest.mark.parametrize("size", [0, 10, 100, 1000, 5000])
def test_a_truncated_package_is_refused(package: bytes, tmp_path: Path, size: int) -> None:
    assert isinstance(refusal(tmp_path, package[:size]), PackageUnreadable)
    assert isinstance(refusal(tmp_path, package[: len(package) - 1 - size % 50]), PackageUnreadable)


@pytest.mark.parametrize(
    "name", ["../x", "/etc/passwd", "a/../../x", "C:\\x", "a\\..\\x", "a//b", "./x", "x\ny", "đ", "a" * 301]
)
def test_a_name_that_leads_out_is_refused(package: bytes, tmp_path: Path, name: str) -> None:
    found = refusal(tmp_path, repacked(package, lambda entries: entries.update({name: b"x"})))
    assert isinstance(found, PackageUnreadable)
    assert "leads out" in found.say("en")


def test_what_grows_when_it_is_unpacked_is_refused_unread(package: bytes, tmp_path: Path) -> None:
    bomb = repacked(
        package,
        lambda entries: entries.update({"documents/00001/09-a": bytes(50_000_000)}),
        compression=zipfile.ZIP_DEFLATED,
    )
    assert len(bomb) < 200_000
    assert "compressed or encrypted" in refusal(tmp_path, bomb).say("en")


def test_the_same_place_named_by_many_entries_is_refused(package: bytes, tmp_path: Path) -> None:
    """Entries that overlap: one file's bytes counted many times."""
    end = package.rindex(b"PK\x05\x06")
    start = struct.unpack("<L", package[end + 16 : end + 20])[0]
    last = package.rindex(b"PK\x01\x02", 0, end)
    copies = b""
    for number in range(60):
        entry = bytearray(package[last:end])
        entry[46:51] = f"{number:05d}".encode()
        copies += bytes(entry)
    directory = package[start:end] + copies
    count = struct.unpack("<H", package[end + 10 : end + 12])[0] + 60
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(directory), start, 0)
    found = refusal_or_faults(tmp_path, package[:start] + directory + tail)
    assert found


def refusal_or_faults(folder: Path, content: bytes) -> object:
    try:
        return verdict(folder, content).faults
    except Refusal as found:
        return found.say("en")


@pytest.mark.parametrize("count", [300_000, 1_000_000])
def test_a_million_entries_are_refused_before_any_is_read(tmp_path: Path, count: int) -> None:
    end64 = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, count, count, 46 * count, 0)
    locator = struct.pack("<4sLQL", b"PK\x06\x07", 0, 0, 1)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    assert isinstance(refusal(tmp_path, end64 + locator + end), PackageTooLarge)


def test_a_zip_of_more_entries_than_its_short_form_can_count_is_read_to_its_end(tmp_path: Path) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        for number in range(70_000):
            archive.writestr(zipfile.ZipInfo(f"{number}"), b"")
    assert isinstance(refusal(tmp_path, made.getvalue()), PackageUnreadable)


@pytest.mark.parametrize(
    "xml",
    [
        b"",
        b"<mets/>",
        b"\xff\xfe<\x00m\x00",
        HEAD + b"<!DOCTYPE x [<!ENTITY a 'a'>]><x>&a;</x>",
        HEAD + b"<x xmlns='http://www.loc.gov/METS/'/>",
        HEAD + b"<mets xmlns='http://www.loc.gov/METS/'>",
        HEAD + b"<mets xmlns='http://www.loc.gov/METS/'><fileSec><file ID='a'/></fileSec></mets>",
        HEAD + b"<a>" * 100_000,
        HEAD + b"<mets xmlns='http://www.loc.gov/METS/' xmlns:x='u'>&lol;</mets>",
    ],
)
def test_a_description_that_is_no_honest_mets_is_refused(package: bytes, tmp_path: Path, xml: bytes) -> None:
    with pytest.raises(PackageUnreadable):
        read_mets(xml)
    found = refusal(tmp_path, repacked(package, lambda entries: entries.update({"mets.xml": xml})))
    assert isinstance(found, PackageUnreadable)


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace(b"cover.pdf", b"../../cover.pdf"),
        lambda text: text.replace(b"cover.pdf", b"contents.pdf"),
        lambda text: text.replace(b"SHA-256", b"MD5"),
        lambda text: text.replace(b'SIZE="', b'SIZE="-'),
    ],
)
def test_a_description_of_what_may_not_be_is_refused(
    package: bytes, tmp_path: Path, change: Callable[[bytes], bytes]
) -> None:
    def changed(entries: Entries) -> None:
        entries["mets.xml"] = change(entries["mets.xml"])

    assert isinstance(refusal(tmp_path, repacked(package, changed)), PackageUnreadable)
