"""What installations need of each other, on the command line."""

from __future__ import annotations

import logging
import stat
from pathlib import Path

import pytest
from cryptography import x509
from typer.testing import CliRunner

from lienthong.axis.public import ConnectedSystem, Serves
from lienthong.config.cli import app, connecting, tokens, trusting
from lienthong.config.env import read_env
from lienthong.directory.tests.factories import make_agency, make_holding
from lienthong.kernel.clock import now
from lienthong.signing.public import certificate_for_agency, certificates_of
from lienthong.signing.tests.factories import FakeToken

run = CliRunner()
pytestmark = pytest.mark.django_db


def test_the_root_is_given_out_as_pem_and_stays_the_same(tmp_path: Path) -> None:
    first, second = tmp_path / "a.pem", tmp_path / "b.pem"
    for file in (first, second):
        assert run.invoke(app, ["authority", "--root", str(file)]).exit_code == 0
    assert first.read_bytes() == second.read_bytes()
    root = x509.load_pem_x509_certificate(first.read_bytes())
    root.verify_directly_issued_by(root)
    assert first.read_text() in run.invoke(app, ["authority"]).stdout


def test_certificates_are_issued_to_an_agency_those_below_and_their_people() -> None:
    top = make_agency("H77")
    below = make_agency("H77.05", parent=top)
    official = make_holding(below).official
    assert "1 agencies and 0 officials" in run.invoke(app, ["issue-certificates", "H77"]).stdout
    assert certificate_for_agency(below.pk, at=now()) is None
    done = run.invoke(app, ["issue-certificates", "H77", "--below"])
    assert "2 agencies and 1 officials" in done.stdout
    assert certificate_for_agency(below.pk, at=now()) is not None
    assert len(certificates_of(official_id=official.pk, at=now())) == 1


def test_a_system_is_registered_with_a_file_that_connect_reads(tmp_path: Path) -> None:
    make_agency("H77")
    file = tmp_path / "credentials"
    asked = ["register-system", "H77", "--name", "Hệ thống", "--credentials", str(file)]
    done = run.invoke(app, asked)
    assert done.exit_code == 0, done.output
    client_id, secret = connecting.read_credentials(file)
    system = ConnectedSystem.objects.get(client_id=client_id)
    assert (system.serves, stat.S_IMODE(file.stat().st_mode)) == (Serves.SUBTREE, 0o600)
    assert secret not in done.output
    again = run.invoke(app, asked)
    assert (again.exit_code, ConnectedSystem.objects.count()) == (1, 1)


def test_an_agency_that_is_not_there_is_refused_in_both_languages() -> None:
    done = run.invoke(app, ["register-system", "X99", "--name", "A"])
    assert done.exit_code == 1
    assert "No agency has the code" in done.stderr


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    trusting.write_private(tmp_path / "a", "1")
    with pytest.raises(FileExistsError):
        trusting.write_private(tmp_path / "a", "2")


def test_a_hub_shows_no_demonstration(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LIENTHONG_PROFILE", "hub")
    read_env.cache_clear()
    done = run.invoke(app, ["demo"])
    read_env.cache_clear()
    assert (done.exit_code, "no office" in done.stderr) == (1, True)


def test_an_officials_token_is_certified_replaced_and_revoked(tmp_path: Path) -> None:
    official = make_holding(make_agency("H77")).official
    name, file = f"CB-{official.pk}", tmp_path / "request.pem"
    for _again in range(2):
        file.write_bytes(tokens.request_of(FakeToken()))
        done = run.invoke(app, ["certify-token", name, str(file)])
        assert (done.exit_code, "certified until" in done.output) == (0, True), done.output
    assert "certified before" in run.invoke(app, ["certify-token", name, str(file)]).output
    states = [row.state for row in certificates_of(official_id=official.pk, at=now())]
    assert states == ["valid", "replaced"]
    assert run.invoke(app, ["revoke-token", name]).exit_code == 0
    assert certificates_of(official_id=official.pk, at=now())[0].state == "revoked"
    for wrong in (["revoke-token", name], ["revoke-token", "Nguyễn"], ["certify-token", "CB-0", str(file)]):
        assert run.invoke(app, wrong).exit_code == 1


@pytest.mark.parametrize("url", ["http://office.example.vn", "ftp://127.0.0.1", "office.example.vn"])
def test_a_code_is_not_sent_where_others_could_read_it(url: str) -> None:
    done = run.invoke(app, ["sign-token", url, "--module", "/nowhere.so"])
    assert (done.exit_code, "https://" in done.output) == (1, True)
    tokens.require_safe("http://127.0.0.1:8000")
    tokens.require_safe("https://office.example.vn")


def test_a_command_within_a_process_leaves_its_log_alone() -> None:
    before = list(logging.getLogger().handlers)
    assert run.invoke(app, ["authority"]).exit_code == 0
    assert logging.getLogger().handlers == before, "bound to a stream that ended with the command"
