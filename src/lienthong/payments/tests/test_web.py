"""The pages: what is drawn for whom, what a form answers, what anyone may call, the demonstration's bank."""

from __future__ import annotations

import io
import json
from typing import Any
from uuid import uuid4

import openpyxl
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.template import Context, Template
from django.test import Client
from django.urls import reverse
from pydantic import SecretStr

from lienthong.directory.public import Agency
from lienthong.identity.public import Role, Viewer
from lienthong.identity.tests.factories import official_in
from lienthong.kernel.clock import now
from lienthong.payments.adapters.fake import FakePage
from lienthong.payments.health import check_payments
from lienthong.payments.models import Attempt, Charge, CollectingAccount, Payment, Refund
from lienthong.payments.providers import fake_allowed, secret_of
from lienthong.payments.public import cancel_charges, owed, take_cash
from lienthong.payments.states import Provider
from lienthong.payments.tests.factories import SECRET, begun, charged, ids, line, pressing

pytestmark = pytest.mark.django_db


def signed_in(of: Agency, role: Role) -> Client:
    client = Client()
    client.force_login(official_in(of, role))
    client.cookies["django_language"] = "en"
    return client


def page(client: Client, name: str, *args: Any, query: str = "") -> str:
    return client.get(reverse(f"payments:{name}", args=args) + query).content.decode()


def with_env(settings: Any, **changes: Any) -> None:
    settings.ENV = settings.ENV.model_copy(update=changes)


def test_the_list_finds_by_code_and_payer_without_marks_and_by_state(
    ours: Agency, receptionist: Viewer
) -> None:
    [first] = charged(ours, payer_name="Nguyễn Thị Phương")
    [paid] = charged(ours, payer_name="Đỗ Văn Ước")
    take_cash(viewer=receptionist, charge_ids=[paid.id], at=now())
    client = signed_in(ours, Role.RECEPTIONIST)
    assert "Nguyễn Thị Phương" in page(client, "charges")
    assert "Đỗ Văn Ước" not in page(client, "charges")
    assert "Đỗ Văn Ước" in page(client, "charges", query="?tab=paid&text=do van uoc")
    assert "Nguyễn Thị Phương" in page(client, "charges", query="?text=PHUONG")
    assert "No fee matches" in page(client, "charges", query="?text=khong-co")
    cancel_charges(subject_id=paid.subject_id, reason="x", actor=None, at=now())
    assert "Đỗ Văn Ước" in page(client, "charges", query="?tab=refund")
    assert first.id


def test_the_list_takes_the_same_queries_for_one_and_for_thirty(
    ours: Agency, django_assert_num_queries: Any
) -> None:
    client = signed_in(ours, Role.CLERK)
    charged(ours)
    page(client, "charges")
    with django_assert_num_queries(7) as counted:
        page(client, "charges")
    for _number in range(30):
        charged(ours)
    with django_assert_num_queries(len(counted)):
        page(client, "charges")


def test_a_receptionist_takes_the_chosen_fees_and_prints_the_receipt(ours: Agency) -> None:
    first, second = charged(ours, line("a", 8_000), line("b", 12_000))
    client = signed_in(ours, Role.RECEPTIONIST)
    shown = page(client, "subject", first.subject_id)
    assert "Take cash" in shown
    assert "Waive" not in shown
    assert shown.count('</label><div class="muted">NQ 12/2024/NQ-HĐND</div>') == 2, "the law is under its fee"
    answer = client.post(
        reverse("payments:cash", args=[first.subject_id]), {"charge": [str(first.id)]}, follow=True
    )
    assert "The receipt has the number 0000001" in answer.content.decode()
    assert owed([first.subject_id]) == {first.subject_id: 12_000}
    payment = Payment.objects.get()
    receipt = client.get(reverse("payments:receipt", args=[payment.pk]))
    assert receipt.content.startswith(b"%PDF")
    proof = page(Client(), "verify_receipt", payment.pk)
    assert payment.receipt in proof
    assert "Nguyễn Thị Phương" not in proof, "who paid is nobody's business"
    assert second.state == "owed"
    again = client.post(reverse("payments:cash", args=[first.subject_id]), {"charge": [str(first.id)]})
    assert again.status_code == 409


def test_a_leader_waives_with_a_reason_and_is_told_when_there_is_none(ours: Agency) -> None:
    [charge] = charged(ours)
    client, address = signed_in(ours, Role.LEADER), reverse("payments:waive", args=[charge.subject_id])
    assert client.post(address, {"reason": ""}).status_code == 422
    assert client.post(address, {"reason": "Thiên tai"}).status_code == 302
    assert Charge.objects.get().state == "waived"


def test_a_refund_is_recorded_with_its_proof_as_a_file(ours: Agency, receptionist: Viewer) -> None:
    [charge] = charged(ours)
    take_cash(viewer=receptionist, charge_ids=[charge.id], at=now())
    cancel_charges(subject_id=charge.subject_id, reason="x", actor=None, at=now())
    refund, client = Refund.objects.get(), signed_in(ours, Role.CLERK)
    address = reverse("payments:refund", args=[refund.pk])
    assert client.post(address, {"proof": ""}).status_code == 422
    file = SimpleUploadedFile("unc.txt", b"uy nhiem chi")
    assert client.post(address, {"proof": "UNC 12", "file": file}).status_code == 302
    answer = client.get(reverse("payments:proof", args=[refund.pk]))
    assert b"".join(answer.streaming_content) == b"uy nhiem chi"  # type: ignore[attr-defined]
    assert "UNC 12" in page(client, "subject", charge.subject_id)


def test_the_day_is_summed_and_given_out_as_a_spreadsheet(ours: Agency, receptionist: Viewer) -> None:
    charges = charged(ours, line("a", 8_000), line("b", 12_000), payer_name="=HYPERLINK(1)")
    take_cash(viewer=receptionist, charge_ids=ids(charges), at=now())
    client = signed_in(ours, Role.AUDITOR)
    assert "20,000 đồng" in page(client, "day")
    answer = client.get(reverse("payments:day_export"))
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))  # type: ignore[attr-defined]
    [row] = book.active.iter_rows(min_row=5, values_only=True)  # type: ignore[union-attr]
    assert (row[4], row[6]) == ("=HYPERLINK(1)", 20_000)
    assert "No money came in" in page(client, "day", query="?day=2020-01-01")


def test_a_statement_is_uploaded_compared_and_what_is_wrong_is_said(ours: Agency) -> None:
    start, [charge] = begun(ours, at=now())
    client, address = signed_in(ours, Role.CLERK), reverse("payments:upload")
    head = "Ngày giao dịch,Số tham chiếu,Ghi có,Nội dung\n"
    good = f"{head}{now():%d/%m/%Y},FT1,8000,CT {start.reference}\n{now():%d/%m/%Y},FT2,5,khac\n"
    answer = client.post(address, {"file": SimpleUploadedFile("a.csv", good.encode())}, follow=True)
    assert "Settled: 1, known before: 0, to refund: 0, differing: 1." in answer.content.decode()
    assert owed([charge.subject_id]) == {charge.subject_id: 0}
    bad = client.post(address, {"file": SimpleUploadedFile("a.csv", b"x,y\n1,2")})
    assert bad.status_code == 422
    assert "names the columns" in bad.content.decode()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"bank_bin": "123456"}, "Select a valid choice"),
        ({"account_number": "12"}, "is no account number"),
        ({"account_number": "'; drop"}, "is no account number"),
        ({}, ""),
    ],
)
def test_an_administrator_sets_the_bank_account(ours: Agency, changes: dict[str, str], said: str) -> None:
    client = signed_in(ours, Role.ADMINISTRATOR)
    sent = {"bank_bin": "970436", "account_number": "1023 456 789", "account_name": "KBNN", "active": "on"}
    answer = client.post(reverse("payments:account", args=["vietqr"]), sent | changes)
    assert answer.status_code == (422 if said else 302)
    assert said in answer.content.decode()
    assert CollectingAccount.objects.filter(account_number="1023456789").exists() is not bool(said)
    assert client.post(reverse("payments:account", args=["cash"]), sent).status_code == 404


def call(body: bytes, headers: Any, provider: str = "page") -> Any:
    return Client(enforce_csrf_checks=True).post(
        reverse("payments:callback", args=[provider]),
        body,
        content_type="application/json",
        headers=dict(headers),
    )


def test_a_callback_needs_no_session_but_a_signature(ours: Agency, settings: Any) -> None:
    with_env(settings, payment_page_url="https://pay.example", payment_page_secret=SecretStr(SECRET))
    start, [charge] = begun(ours, provider=Provider.PAGE, at=now())
    [sent] = pressing(FakePage(secret=SECRET), start, "pay", at=now())
    wrong = call(sent.body, {"Payment-Signature": "0" * 64, "Payment-Timestamp": "1"})
    assert (wrong.status_code, wrong.json()["title"]) == (403, "bad-signature")
    first, second = call(sent.body, sent.headers), call(sent.body, sent.headers)
    assert (first.status_code, first.json()) == (200, {"answer": "settled"})
    assert second.json() == first.json()
    assert owed([charge.subject_id]) == {charge.subject_id: 0}
    assert Payment.objects.count() == 1
    assert call(b"x" * 20_000, sent.headers).status_code == 413
    assert call(sent.body, sent.headers, "nobody").status_code in {403, 409}
    assert Client().get(reverse("payments:callback", args=["page"])).status_code == 405


def test_without_a_secret_no_callback_is_believed() -> None:
    assert secret_of("vietqr") == ""
    assert call(b"{}", {"Payment-Signature": "0" * 64, "Payment-Timestamp": "1"}, "vietqr").status_code == 403


def test_the_bank_of_the_demonstration_is_not_there_unless_allowed_and_never_on_a_public_address(
    ours: Agency, settings: Any
) -> None:
    addresses = [reverse(f"payments:gateway_{name}") for name in ("page", "statement")]
    assert [Client().get(address).status_code for address in addresses] == [404, 404]
    assert Client().post(reverse("payments:gateway_press")).status_code == 404
    with_env(settings, payment_fake_gateway=True)
    assert [Client().get(address).status_code for address in addresses] == [403, 403]
    settings.BASE_URL = "https://dichvucong.example.gov.vn"
    assert not fake_allowed()
    assert [Client().get(address).status_code for address in addresses] == [404, 404]
    assert "refused" in check_payments().sentence


def test_the_payers_page_shows_the_code_and_no_person(ours: Agency, settings: Any) -> None:
    with_env(settings, payment_fake_gateway=True)
    start, _charges = begun(ours, at=now())
    shown = page(Client(), "attempt", start.attempt_id)
    assert "<svg" in shown
    assert start.reference in shown
    assert "Nguyễn Thị Phương" not in shown
    assert "payments/gateway/pay" in shown
    assert Client().get(reverse("payments:attempt", args=[uuid4()])).status_code == 404
    Attempt.objects.update(state="failed", ended_at=now())
    assert "hx-get" not in page(Client(), "attempt_state", start.attempt_id)


def test_other_apps_show_the_fees_by_a_tag_in_one_query(
    ours: Agency, receptionist: Viewer, django_assert_num_queries: Any
) -> None:
    [charge] = charged(ours)
    template = Template("{% load payments %}{% charges_card subject %}")
    with django_assert_num_queries(1):
        shown = template.render(Context({"subject": charge.subject_id, "viewer": receptionist}))
    assert "8.000 đồng" in shown
    assert reverse("payments:subject", args=[charge.subject_id]) in shown
    assert reverse("payments:subject", args=[charge.subject_id]) not in template.render(
        Context({"subject": charge.subject_id})
    )
    assert template.render(Context({"subject": uuid4()})).strip() == ""


def test_a_problem_is_json(ours: Agency) -> None:
    assert json.loads(call(b"{}", {}).content)["status"] in {403, 409}
