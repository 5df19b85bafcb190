"""The kit's table of cases, and that it needs neither Django's settings nor a database."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from lienthong.axis import conformance
from lienthong.axis.conformance import Case, Credentials, Kit
from lienthong.axis.tests.kits import kit, pair, seal

ALONE = """
import sys
from datetime import date
from lienthong.axis import conformance
from lienthong.axis.edxml import EdxmlPacket, Party, build_packet, document_id_of
day = date(2026, 3, 2)
packet = EdxmlPacket(
    sender=Party(organ_id="H55"), recipients=(Party(organ_id="G22"),), number="1", notation="VP",
    promulgated_on=day, subject="Về việc", document_id=document_id_of("H55", day, "1/VP"),
)
assert build_packet(packet).startswith(b"<?xml")
assert len(conformance.CASES) > 40
assert "django.db" not in sys.modules, "no database"
assert not any(name.startswith("lienthong.config") for name in sys.modules)
"""
BAD_INPUTS = {
    "signature-wrong",
    "recipient-unknown",
    "sender-unknown",
    "recipient-closed",
    "packet-empty",
    "pdf-broken",
    "pdf-revisions",
    "xml-bomb",
    "zip-bomb",
    "submit-again",
    "id-reused",
    "name-too-long",
    "not-utf8",
    "secret-document",
    "token-rotated",
    "token-disabled",
    "token-of-another",
    "certificate-revoked",
    "clock",
    "status-in-future",
    "body-cut",
    "body-longer",
    "recipients-10000",
    "recipient-twice",
    "status-out-of-order",
    "status-never-received",
}


def test_the_kit_runs_without_djangos_settings() -> None:
    environment = {name: value for name, value in os.environ.items() if not name.startswith("LIENTHONG_")}
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    done = subprocess.run(
        [sys.executable, "-c", ALONE], env=environment, capture_output=True, text=True, timeout=60
    )
    assert done.returncode == 0, done.stderr


def test_every_case_has_an_id_of_its_own_and_a_title_in_both_languages() -> None:
    ids = [case.id for case in conformance.CASES]
    assert len(set(ids)) == len(ids)
    assert set(ids) >= BAD_INPUTS
    for case in conformance.CASES:
        assert all(text.strip() for text in (case.vi, case.en, case.expects))
        assert (case.title("vi"), case.title("en")) == (case.vi, case.en)
        assert conformance.case_of(case.id) is case
    assert conformance.case_of("none-of-them") is None


def test_what_goes_wrong_in_a_case_is_its_failure_and_the_run_goes_on() -> None:
    def breaks(run: object) -> str:
        raise ValueError("unreadable")

    cases = [Case("a", "A", "A", "x", breaks), Case("b", "B", "B", "x", lambda run: "fine")]
    report = conformance.conform("http://127.0.0.1:9", Credentials("c", "s"), kit(), seal(), cases=cases)
    assert [(one.case, one.passed) for one in report.outcomes] == [("a", False), ("b", True)]
    assert report.outcomes[0].got == "ValueError: unreadable"
    assert not report.passed


def test_an_axis_that_is_not_there_fails_every_case() -> None:
    report = conformance.conform(
        "http://127.0.0.1:9", Credentials("c", "s"), kit(), seal(), cases=conformance.CASES[:2]
    )
    assert [one.passed for one in report.outcomes] == [False, False]


def test_a_kit_file_says_what_was_written() -> None:
    made = kit()
    assert Kit.from_json(made.to_json()) == made
    assert made.partner.client_secret not in repr(made)


def test_a_certificate_of_another_key_is_no_seal() -> None:
    one, other = pair(), pair()
    with pytest.raises(conformance.KeyUnusable):
        conformance.Seal.from_pem(one.key.encode(), other.certificate.encode())
    with pytest.raises(conformance.KeyUnusable):
        conformance.Seal.from_pem(b"no key", one.certificate.encode())
