"""Own portals: found by path and by host, narrowed to their agency, with their own name and arms."""

from __future__ import annotations

import io

import pytest
from django.conf import LazySettings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import get_script_prefix
from PIL import Image

from lienthong.directory.public import Agency
from lienthong.identity.public import Role
from lienthong.identity.tests.factories import agency, at_noon, official_in
from lienthong.kernel.blobs import read_blob
from lienthong.ledger.public import timeline
from lienthong.portal.models import Site
from lienthong.portal.tests.factories import a_site, png
from lienthong.procedures.tests.factories import offer, procedure, published

pytestmark = pytest.mark.django_db
NOON = at_noon()
FACTS = {"name": "Cổng tỉnh Núi", "slug": "nui", "host": "", "intro": "Xin chào", "telephone": "1900"}


def province() -> tuple[Agency, Agency, Agency]:
    """A province, a commune of it, and another province, each of the last two offering a service."""
    top, commune, far = agency(name="Tỉnh Núi"), agency(name="Xã Mây"), agency(name="Tỉnh Biển")
    Agency.objects.filter(pk=commune.pk).update(parent=top, kind="commune")
    Agency.objects.filter(pk__in=[top.pk, far.pk]).update(kind="province")
    for one in (top, commune, far):
        one.refresh_from_db()
    offer(published(procedure(name="Cấp phép ở núi", code="4.000001")), commune)
    offer(published(procedure(name="Cấp phép ở biển", code="4.000002")), far)
    return top, commune, far


def test_a_path_leads_to_the_portal_and_stays_in_every_address(client: Client) -> None:
    top, commune, far = province()
    a_site(top, slug="nui", name="Cổng tỉnh Núi")
    page = client.get("/at/nui/").content.decode()
    assert "Cổng tỉnh Núi" in page
    assert 'href="/at/nui/services/"' in page
    assert 'href="/services/"' not in page
    assert 'href="/"' in page, "the way to the national portal"
    assert get_script_prefix() == "/"
    found = client.get("/at/nui/services/").content.decode()
    assert "Cấp phép ở núi" in found
    assert "ở biển" not in found
    assert "ở biển" not in client.get("/at/nui/services/?q=cap phep").content.decode()
    assert client.get("/at/nui/services/suggest/?q=cap phep").content.decode().count("<li>") == 1
    none = client.get("/at/nui/services/?q=bien").content.decode()
    assert 'href="/services/?q=bien"' in none, "what others offer is one step away"
    assert commune.name in client.get("/at/nui/bodies/").content.decode()
    assert client.get(f"/at/nui/bodies/{far.code}/").status_code == 404
    assert client.post("/at/nui/place/", {"place": far.code}).cookies["place"].value == ""
    # The national portal is as it was, in the same process.
    national = client.get("/services/").content.decode()
    assert "ở biển" in national
    assert "/at/nui/" not in national


@pytest.mark.parametrize(
    "path", ["/at/khac/", "/at/nui/axis/v1/inbox", "/at/NUI/", "/at/nui", "/at/nui/at/nui/"]
)
def test_what_is_no_portal_is_not_found(client: Client, path: str) -> None:
    a_site(province()[0], slug="nui")
    assert client.get(path).status_code == 404


def test_a_host_of_its_own_is_the_portal_without_a_path(client: Client, settings: LazySettings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    a_site(province()[0], slug="nui", name="Cổng tỉnh Núi", host="dvc.nui.gov.vn")
    page = client.get("/services/", headers={"host": "dvc.nui.gov.vn:8443"}).content.decode()
    assert "Cổng tỉnh Núi" in page
    assert "Cấp phép ở núi" in page
    assert "ở biển" not in page
    other = client.get("/services/", headers={"host": "khac.gov.vn"}).content.decode()
    assert "Cổng tỉnh Núi" not in other
    assert "ở biển" in other


def test_an_administrator_sets_up_the_portal_of_the_own_agency_only(client: Client) -> None:
    top, _commune, far = province()
    client.force_login(official_in(top, Role.ADMINISTRATOR))
    picture = SimpleUploadedFile("huy-hieu.png", png(size=(900, 600)), "image/png")
    assert client.post("/portal/settings/", {**FACTS, "arms_file": picture}).status_code == 302
    site = Site.objects.get()
    assert (site.agency, site.slug, site.host, site.intro) == (top, "nui", None, "Xin chào")
    assert [event.verb for event in timeline(site.ledger_subject)] == ["site.save"]
    client.post("/portal/settings/", {**FACTS, "name": "Tên mới"})
    site.refresh_from_db()
    assert site.name == "Tên mới"
    assert site.arms is not None, "the arms stay where none were sent"
    home = client.get("/at/nui/services/").content.decode()
    assert f"/at/nui/arms/{site.arms_id}.png" in home
    answer = client.get(f"/arms/{site.arms_id}.png")
    assert answer["Content-Type"] == "image/png"
    assert "default-src 'none'" in answer["Content-Security-Policy"]
    client.force_login(official_in(far, Role.ADMINISTRATOR))
    taken = client.post("/portal/settings/", FACTS)
    assert taken.status_code == 422
    assert Site.objects.count() == 1
    client.force_login(official_in(far, Role.LEADER))
    assert client.post("/portal/settings/", {**FACTS, "slug": "bien"}).status_code == 403


def test_arms_are_drawn_anew_so_that_nothing_else_comes_through(client: Client) -> None:
    client.force_login(official_in(province()[0], Role.ADMINISTRATOR))
    with_tail = png(size=(600, 600)) + b"<script>alert(1)</script>"
    client.post("/portal/settings/", {**FACTS, "arms_file": SimpleUploadedFile("a.png", with_tail)})
    blob = Site.objects.get().arms
    assert blob is not None
    kept = read_blob(blob)
    assert b"script" not in kept
    assert Image.open(io.BytesIO(kept)).size == (256, 256)


@pytest.mark.parametrize(
    "content",
    [
        b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        b"\x89PNG\r\n\x1a\n not a picture",
        b"GIF89a" + b"\0" * 50,
        png(size=(4_100, 4)),
        png()[:40],
        b"\x89PNG\r\n\x1a\n" + b"0" * (1024 * 1024),
    ],
)
def test_what_is_no_picture_is_refused(client: Client, content: bytes) -> None:
    client.force_login(official_in(province()[0], Role.ADMINISTRATOR))
    sent = client.post("/portal/settings/", {**FACTS, "arms_file": SimpleUploadedFile("a.png", content)})
    assert sent.status_code == 422
    assert "PNG" in sent.content.decode()
    assert not Site.objects.exists()


@pytest.mark.parametrize("wrong", [{"slug": "Núi"}, {"slug": "a--b"}, {"host": "https://x"}, {"name": ""}])
def test_addresses_are_spelled_as_addresses(client: Client, wrong: dict[str, str]) -> None:
    top = province()[0]
    client.force_login(official_in(top, Role.ADMINISTRATOR))
    assert client.post("/portal/settings/", {**FACTS, **wrong}).status_code == 422
    with pytest.raises(IntegrityError), transaction.atomic():
        Site.objects.create(**{"agency": top, "name": "A", "slug": "a", **wrong})
