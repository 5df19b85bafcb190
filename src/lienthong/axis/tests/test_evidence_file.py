"""The evidence file proves itself: whatever is changed in it, the right statement is named."""

from __future__ import annotations

import base64
import hashlib
import json
import re
import shutil
import subprocess
import warnings
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from django.conf import settings

from lienthong.axis.tests.factories import (
    AT,
    Story,
    World,
    told,
)
from lienthong.signing.public import (
    EvidenceUnreadable,
    EvidenceVerdict,
    certificate_for_agency,
    sign_statement,
    verify_evidence,
)
from lienthong.signing.tests.factories import root_certificate

CODES = ("H55", "H26", "H01")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def story(world: World) -> Story:
    return told(world)


def failing(file: bytes | dict[str, Any], **given: Any) -> list[int]:
    """The places (from 0) of the statements that do not hold."""
    content = file if isinstance(file, bytes) else json.dumps(file, ensure_ascii=False).encode()
    return [found.place for found in verify_evidence(content, **given).statements if not found.valid]


def strings(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to every text, number and name in the file."""
    if isinstance(value, dict):
        return [found for key, one in value.items() for found in strings(one, (*path, key))]
    if isinstance(value, list):
        return [found for key, one in enumerate(value) for found in strings(one, (*path, key))]
    return [] if value is None or isinstance(value, bool) else [path]


def changed(file: dict[str, Any], path: tuple[Any, ...], change: Callable[[Any], Any]) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(file))
    holder: Any = copy
    for step in path[:-1]:
        holder = holder[step]
    holder[path[-1]] = change(holder[path[-1]])
    return copy


def flipped(at: float) -> Callable[[Any], Any]:
    """One letter of a text, at that part of its length, or one bit of a number, is another."""

    def change(value: Any) -> Any:
        if isinstance(value, int):
            return value ^ 1
        place = min(int(len(value) * at), len(value) - 1)
        other = "B" if value[place] != "B" else "C"
        return value[:place] + other + value[place + 1 :]

    return change


def concerned(file: dict[str, Any], path: tuple[Any, ...]) -> list[int]:
    """The places of the statements that a change there makes fail."""
    everyone = list(range(len(file["statements"])))
    if path[0] == "statements":
        return [path[1]]
    if path[0] == "batches":
        number = json.loads(file["batches"][path[1]]["header"])["batch"]
        return [place for place in everyone if file["statements"][place]["batch"] == number]
    return everyone


@pytest.mark.slow
@pytest.mark.parametrize("at", [0.0, 0.31, 0.77, 1.0])
def test_a_letter_changed_anywhere_makes_the_right_statements_fail(world: World, at: float) -> None:
    file = told(world, each=True).json
    roots = [root_certificate()]
    assert failing(file, roots=roots) == []
    for path in strings(file):
        if path == ("format",):
            continue
        bent = changed(file, path, flipped(at))
        assert failing(bent, roots=roots) == concerned(file, path), path


@pytest.mark.slow
def test_bytes_changed_in_the_raw_file_never_pass_unnoticed(story: Story) -> None:
    roots = [root_certificate()]
    lines = story.file.split(b"\n")
    begin = 0
    first = next(number for number, line in enumerate(lines) if line.startswith(b'{"statement"'))
    for number, line in enumerate(lines):
        for place in range(0, len(line), max(1, len(line) // 20)):
            at = begin + place
            for mask in (0x01, 0x80):
                bent = bytearray(story.file)
                bent[at] ^= mask
                if bytes(bent) == story.file or same_meaning(bytes(bent), story.file):
                    continue
                try:
                    found = failing(bytes(bent), roots=roots)
                except EvidenceUnreadable:
                    assert not line.startswith((b'{"statement"', b'{"header"')), (at, mask)
                    continue
                assert found, (at, mask)
                if line.startswith(b'{"statement"'):
                    assert found == [number - first], (at, mask)
        begin += len(line) + 1


def same_meaning(one: bytes, other: bytes) -> bool:
    """Whether both are the same JSON: only the space between its parts differs."""
    try:
        return bool(json.loads(one) == json.loads(other))
    except ValueError:
        return False


def test_a_statement_left_out_is_missed(story: Story) -> None:
    file = story.json
    del file["statements"][3]
    found = [one for one in verify_evidence(json.dumps(file).encode()).statements if not one.valid]
    assert [(one.sequence, one.fault) for one in found] == [(5, "chain-broken")]
    assert "4" in str(found[0].reason)


def test_statements_in_another_order_are_noticed(story: Story) -> None:
    file = story.json
    file["statements"][3:5] = reversed(file["statements"][3:5])
    assert failing(file)


def test_a_statement_of_another_packet_is_noticed(world: World) -> None:
    one, other = told(world).json, told(world).json
    one["statements"][4] = other["statements"][4]
    one["batches"] += [batch for batch in other["batches"] if batch not in one["batches"]]
    assert [found.fault for found in verdict_of(one).statements if not found.valid] == [
        "statement-of-another-packet"
    ]


def verdict_of(file: dict[str, Any]) -> EvidenceVerdict:
    return verify_evidence(json.dumps(file, ensure_ascii=False).encode())


def test_a_token_moved_to_another_batch_is_noticed(world: World) -> None:
    file = told(world, each=True).json
    first, second = file["batches"][:2]
    for name in ("timestamp", "timestamp_sha256"):
        first[name], second[name] = second[name], first[name]
    assert {found.fault for found in verdict_of(file).statements if not found.valid} == {"timestamp"}


def test_without_roots_those_of_the_file_are_named(story: Story) -> None:
    verdict = verify_evidence(story.file)
    [root] = verdict.roots
    assert root.sha256 == hashlib.sha256(root_certificate()).hexdigest()
    assert (verdict.valid, verdict.roots_given) == (True, False)


def test_another_root_is_not_led_to(story: Story) -> None:
    verdict = verify_evidence(story.file, roots=[other_root()])
    assert {found.fault for found in verdict.statements} == {"statement-signature"}


def other_root() -> bytes:
    """A root that has nothing to do with this axis, but the same name."""
    name, key = (
        x509.load_der_x509_certificate(root_certificate()).subject,
        ec.generate_private_key(ec.SECP256R1()),
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(AT - timedelta(days=1))
        .not_valid_after(AT + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(Encoding.DER)


def test_an_agency_cannot_attest_in_the_name_of_the_axis(story: Story) -> None:
    file, agency = story.json, story.world.office
    line = file["statements"][2]
    line["statement"] = line["statement"].replace("H55", "H26")
    line["signature"] = sign_statement(line["statement"].encode(), at=AT, agency_id=agency.pk).decode()
    found = certificate_for_agency(agency.pk, at=AT)
    assert found is not None
    file["certificates"][found.sha256] = base64.b64encode(found.der).decode()
    assert [one.fault for one in verdict_of(file).statements if not one.valid] == ["statement-signature"]


# OpenSSL says the same


def test_openssl_accepts_an_exported_timestamp(story: Story, tmp_path: Path) -> None:
    openssl = shutil.which("openssl")
    if openssl is None:
        warnings.warn("openssl is not installed: the timestamp was not checked independently", stacklevel=1)
        pytest.skip("openssl is not installed")
    batch = story.json["batches"][0]
    (tmp_path / "header.json").write_text(batch["header"], "utf-8")
    (tmp_path / "token.der").write_bytes(base64.b64decode(batch["timestamp"]))
    root = x509.load_der_x509_certificate(root_certificate())
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    others = [
        x509.load_der_x509_certificate(base64.b64decode(text)).public_bytes(Encoding.PEM)
        for text in story.json["certificates"].values()
    ]
    (tmp_path / "others.pem").write_bytes(b"".join(others))
    command = [
        openssl, "ts", "-verify", "-data", "header.json", "-in", "token.der", "-token_in",
        "-CAfile", "root.pem", "-untrusted", "others.pem", "-attime", f"{AT.timestamp() + 7200:.0f}",
    ]  # fmt: skip
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "Verification: OK" in done.stdout + done.stderr
    (tmp_path / "header.json").write_text(batch["header"].replace("batch", "Batch"), "utf-8")
    assert subprocess.run(command, cwd=tmp_path, capture_output=True, check=False).returncode != 0


def test_the_documented_commands_accept_the_file_and_miss_nothing(story: Story, tmp_path: Path) -> None:
    missing = [name for name in ("bash", "openssl", "jq", "xxd") if shutil.which(name) is None]
    if missing:
        warnings.warn(f"not checked with OpenSSL alone, for want of {missing}", stacklevel=1)
        pytest.skip(f"not installed: {missing}")
    page = (Path(settings.PACKAGE).parents[1] / "docs" / "evidence.md").read_text("utf-8")
    [script] = [part for part in re.findall(r"```sh\n(.*?)```", page, re.DOTALL) if "openssl" in part]
    (tmp_path / "check.sh").write_text(script, "utf-8")
    root = x509.load_der_x509_certificate(root_certificate())
    (tmp_path / "root.pem").write_bytes(root.public_bytes(Encoding.PEM))
    (tmp_path / "good.json").write_bytes(story.file)

    def check(name: str, number: int) -> subprocess.CompletedProcess[str]:
        command = ["bash", "check.sh", name, str(number), "root.pem"]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    for number in (0, 4):
        done = check("good.json", number)
        assert done.returncode == 0, done.stderr
        for said in ("signer.pem: OK", "Verified OK", "Merkle path OK", "Verification: OK"):
            assert said in done.stdout + done.stderr
    file = story.json
    file["statements"][4]["path"][0] = "0" * 64
    (tmp_path / "bad.json").write_text(json.dumps(file, ensure_ascii=False), "utf-8")
    assert "Merkle path OK" not in check("bad.json", 4).stdout
