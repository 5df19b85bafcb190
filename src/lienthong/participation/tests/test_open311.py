"""Open311 GeoReport v2, walked as its specification has it, and what hostile callers get."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, viewer_in
from lienthong.kernel.clock import now
from lienthong.participation.actions.arranging import disable_client, register_client
from lienthong.participation.contracts import Answer, Place, Point
from lienthong.participation.floods import WRONG_KEY
from lienthong.participation.models import Feedback
from lienthong.participation.states import Source, State
from lienthong.participation.tests.factories import Country, category, country, in_state, sent, with_photo

pytestmark = pytest.mark.django_db
ROOT = "/open311/v2"
SERVICE = ["service_code", "service_name", "description", "metadata", "type", "keywords", "group"]
REQUEST = [
    "service_request_id",
    "status",
    "status_notes",
    "service_name",
    "service_code",
    "description",
    "agency_responsible",
    "service_notice",
    "requested_datetime",
    "updated_datetime",
    "expected_datetime",
    "address",
    "address_id",
    "zipcode",
    "lat",
    "long",
    "media_url",
]


@pytest.fixture
def here() -> Country:
    category()
    return country()


@pytest.fixture
def key() -> str:
    return register_client(
        name="Ứng dụng thử", contact="a@b.vn", viewer=viewer_in(agency(), Role.OPERATOR), at=now()
    )[1]


def ask(path: str, here: Country | None = None, **said: str) -> Any:
    if here is not None:
        said["jurisdiction_id"] = here.above.code
    return Client().get(f"{ROOT}/{path}", said)


def post(form: str, said: dict[str, Any], **headers: Any) -> Any:
    kind = "application/x-www-form-urlencoded"
    return Client().post(f"{ROOT}/requests.{form}", urlencode(said), content_type=kind, **headers)


def new(here: Country, key: str, **said: Any) -> dict[str, Any]:
    point = {"lat": "21.6001", "long": "105.8002"}
    asked = {
        "api_key": key,
        "jurisdiction_id": here.above.code,
        "service_code": "road",
        "description": "Ổ gà",
    }
    return asked | point | said


def tree(answer: Any) -> etree._Element:
    assert answer.headers["Content-Type"] == "text/xml; charset=utf-8"
    assert answer.content.startswith(b"<?xml version='1.0' encoding='UTF-8'?>")
    return etree.fromstring(answer.content)


def answered(here: Country) -> Feedback:
    answer = Answer("Đã vá.", publish=True, public_text="Ổ gà", shows_place=True)
    place = Place(here.commune.pk, "Cổng chợ", Point(21.6, 105.8))
    return in_state(here, State.ANSWERED, answer=answer, place=place, at=now())


class TestTheSpecification:
    def test_discovery_leads_to_the_services(self) -> None:
        found = Client().get("/open311/discovery.xml")
        assert tree(found).findtext("endpoints/endpoint/url") == f"http://testserver{ROOT}"
        assert (
            tree(found).findtext("endpoints/endpoint/specification") == "http://wiki.open311.org/GeoReport_v2"
        )
        assert [one.text for one in tree(found).iterfind("endpoints/endpoint/formats/format")] == [
            "text/xml",
            "application/json",
        ]

    def test_services_in_both_forms(self, here: Country) -> None:
        listed = ask("services.json", here).json()
        road = next(one for one in listed if one["service_code"] == "road")
        assert list(road) == SERVICE
        assert (road["metadata"], road["type"]) == (True, "realtime")
        root = tree(ask("services.xml", here))
        assert root.tag == "services"
        assert [child.tag for child in root[0]] == SERVICE
        assert root.findtext("service/metadata") == "true"

    def test_a_service_says_its_attributes(self, here: Country) -> None:
        root = tree(ask("services/road.xml", here))
        assert root.tag == "service_definition"
        kinds = [one.text for one in root.iterfind("attributes/attribute[code='kind']/values/value/key")]
        assert kinds == ["reflection", "proposal", "complaint"]
        attribute = ask("services/road.json", here).json()["attributes"][1]
        assert (attribute["code"], attribute["datatype"], attribute["required"]) == (
            "public",
            "singlevaluelist",
            False,
        )

    @pytest.mark.parametrize("form", ["json", "xml"])
    def test_a_request_is_posted_followed_and_answered(self, here: Country, key: str, form: str) -> None:
        made = post(
            form, new(here, key, **{"attribute[public]": "yes", "email": "a@b.vn", "phone": "0912345678"})
        )
        assert made.status_code == 201
        feedback = Feedback.objects.get()
        assert (feedback.source, feedback.agency, feedback.wants_public) == (Source.OPEN311, here.body, True)
        assert feedback.shown_code in made.content.decode()
        if form == "xml":
            assert tree(made).findtext("request/service_request_id") == str(feedback.pk)
        else:
            assert made.json()[0]["service_request_id"] == str(feedback.pk)
        [one] = ask(f"requests/{feedback.pk}.json", here).json()
        assert list(one) == REQUEST
        # Who knows the id reads where it stands, and nothing of what was said.
        assert (one["status"], one["description"], one["address"], one["lat"]) == ("open", "", "", None)
        assert ask("requests.json", here).json() == []

    def test_an_answer_that_no_leader_has_approved_is_not_told(self, here: Country) -> None:
        draft = Answer("Đã vá.", publish=True, public_text="Ổ gà", shows_place=True)
        place = Place(here.commune.pk, "Cổng chợ", Point(21.6, 105.8))
        feedback = in_state(here, State.DRAFTED, answer=draft, place=place, at=now())
        [one] = ask(f"requests/{feedback.pk}.json", here).json()
        told = [one[field] for field in ("status", "status_notes", "description", "address", "lat")]
        assert told == ["open", "", "", "", None]

    def test_what_was_published_is_listed_whole(self, here: Country) -> None:
        feedback = answered(here)
        photo = with_photo(feedback, public=True)
        [one] = ask("requests.json", here).json()
        assert (one["status"], one["status_notes"], one["description"]) == ("closed", "Đã vá.", "Ổ gà")
        assert (one["lat"], one["long"], one["address"]) == (21.6, 105.8, f"Cổng chợ, {here.commune.name}")
        assert one["media_url"].endswith(f"/{photo.pk}/")
        assert one["requested_datetime"] == feedback.sent_at.replace(microsecond=0).isoformat()
        root = tree(ask("requests.xml", here))
        assert root.tag == "service_requests"
        assert [child.tag for child in root[0]] == REQUEST
        assert "Nguyễn" not in etree.tostring(root, encoding="unicode")

    def test_the_list_is_narrowed_and_paged(self, here: Country) -> None:
        first, second = answered(here), answered(here)
        day = timedelta(days=1)

        def ids(**said: str) -> list[str]:
            return [one["service_request_id"] for one in ask("requests.json", here, **said).json()]

        assert ids(page="1", page_size="1") == [str(second.pk)]
        assert ids(page="2", page_size="1") == [str(first.pk)]
        assert ids(service_request_id=f"{first.pk},{uuid4()}") == [str(first.pk)]
        assert ids(service_code="water,waste") == []
        assert len(ids(service_code="water,road")) == 2
        assert [ids(status="open"), len(ids(status="open,closed"))] == [[], 2]
        assert ids(start_date=(now() + day).isoformat()) == []
        assert len(ids(end_date=(now() + day).isoformat(), start_date=(now() - day).isoformat())) == 2

    def test_a_long_list_takes_the_queries_of_a_short_one(self, here: Country) -> None:
        answered(here)
        with CaptureQueriesContext(connection) as short:
            ask("requests.json", here)
        for _more in range(4):
            with_photo(answered(here), public=True)
        with CaptureQueriesContext(connection) as long:
            ask("requests.json", here)
        assert len(long) == len(short)

    @pytest.mark.parametrize(
        ("path", "status"),
        [
            ("services.json", 400),
            ("services.json?jurisdiction_id=nowhere", 404),
            ("services.json?jurisdiction_id=%00", 404),
            ("services/no-such.json?jurisdiction_id={}", 404),
            ("requests/0190a000-0000-7000-8000-000000000001.json?jurisdiction_id={}", 404),
            ("requests.json?jurisdiction_id={}&status=done", 400),
            ("requests.json?jurisdiction_id={}&start_date=yesterday", 400),
            ("requests.json?jurisdiction_id={}&start_date=2026-13-45T99:00:00Z", 400),
            (
                "requests.json?jurisdiction_id={}&start_date=2026-01-01T00:00:00Z&end_date=2026-12-01T00:00:00Z",
                400,
            ),
            ("requests.json?jurisdiction_id={}&page=-1", 400),
            ("requests.json?jurisdiction_id={}&service_request_id=1' OR 1=1", 404),
            ("services.html?jurisdiction_id={}", 404),
        ],
    )
    def test_errors_are_those_of_the_standard(self, here: Country, path: str, status: int) -> None:
        answer = Client().get(f"{ROOT}/{path.format(here.above.code)}")
        assert answer.status_code == status
        if "json" in path:
            [error] = answer.json()
            assert error["code"] == status
            assert error["description"]
        else:
            assert tree(answer).findtext("error/code") == str(status)


class TestHostileCallers:
    @pytest.mark.parametrize(
        ("said", "status"),
        [
            ({"api_key": ""}, 403),
            ({"api_key": "wrong"}, 403),
            ({"api_key": "\ud800".encode("utf-8", "surrogatepass")}, 403),
            ({"service_code": ""}, 400),
            ({"service_code": "no-such"}, 404),
            ({"description": " "}, 400),
            ({"description": "x" * 4_001}, 400),
            ({"lat": "", "long": ""}, 400),
            ({"lat": "48.85", "long": "2.35"}, 400),
            ({"lat": "nan", "long": "inf"}, 400),
            ({"lat": "21.6", "long": ""}, 400),
            ({"lat": "10.77", "long": "106.69"}, 400),
            ({"lat": "", "long": "", "address_id": "99999"}, 400),
            ({"email": "not an address"}, 400),
            ({"attribute[kind]": "murder"}, 400),
            ({"description": "x" * 70_000}, 413),
        ],
    )
    def test_a_post_that_cannot_be_is_refused(
        self, here: Country, key: str, said: dict[str, Any], status: int
    ) -> None:
        answer = post("json", new(here, key, **said))
        assert (answer.status_code, answer.json()[0]["code"]) == (status, status)
        assert not Feedback.objects.exists()

    def test_a_body_in_xml_is_not_read_at_all(self, here: Country, key: str) -> None:
        bomb = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]><r>&x;</r>'
        answer = Client().post(f"{ROOT}/requests.xml", bomb, content_type="text/xml")
        assert tree(answer).findtext("error/code") == "400"
        assert "root:" not in answer.content.decode()

    def test_guessing_keys_is_slowed_down_and_a_disabled_one_opens_nothing(self, here: Country) -> None:
        operator = viewer_in(agency(), Role.OPERATOR)
        client, key = register_client(name="Ứng dụng", contact="x", viewer=operator, at=now())
        assert post("json", new(here, key)).status_code == 201
        disable_client(client_id=client.pk, viewer=operator, at=now())
        assert post("json", new(here, key)).status_code == 403
        for _time in range(WRONG_KEY.most):
            post("json", new(here, "wrong"))
        assert post("json", new(here, "wrong")).status_code == 429

    def test_a_place_in_words_finds_the_commune_it_names(self, here: Country, key: str) -> None:
        words = f"cong cho, {here.commune.name.lower()}"
        post("json", new(here, key, lat="", long="", address_string=words))
        post("json", new(here, key, lat="", long="", address_string="đâu đó"))
        assert [one.unit for one in Feedback.objects.order_by("pk")] == [here.commune, here.province]

    @settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
    @given(text=st.text(min_size=1, max_size=60), media=st.text(max_size=40))
    def test_whatever_was_said_the_answer_is_well_formed(
        self, here: Country, key: str, text: str, media: str
    ) -> None:
        said = {"description": text.encode("utf-8", "replace"), "media_url": media.encode("utf-8", "replace")}
        assert post("xml", new(here, key, **said)).status_code in (201, 400)
        shown = answered(here)
        Feedback.objects.filter(pk=shown.pk).update(public_text=text.replace("\0", "") or "x")
        assert tree(ask(f"requests/{shown.pk}.xml", here)).tag == "service_requests"
        assert ask(f"requests/{shown.pk}.json", here).json()

    def test_an_unpublished_one_of_another_province_is_not_found(self, here: Country) -> None:
        feedback = sent(here)
        other = agency()
        other.kind, other.unit = (
            "province",
            type(here.province).objects.create(
                edition=2024, level=1, code="01", kind="Thành phố", name="Hà Nội"
            ),
        )
        other.save()
        answer = Client().get(f"{ROOT}/requests/{feedback.pk}.json", {"jurisdiction_id": other.code})
        assert answer.status_code == 404
