"""The pages: writing without account or script, following, the desk, and what nobody else sees."""

from __future__ import annotations

import re
from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from PIL import Image

from lienthong.identity.public import Role, visitor_for
from lienthong.identity.tests.factories import a_citizen, agency, official_in
from lienthong.kernel.blobs import read_blob
from lienthong.kernel.clock import now
from lienthong.participation.actions import rating
from lienthong.participation.contracts import Place, Point
from lienthong.participation.models import Competence, Draft, Feedback, Photo, Rating
from lienthong.participation.photos import store_photo
from lienthong.participation.refusals import NotAPhoto, RatedBefore
from lienthong.participation.states import Stage, State
from lienthong.participation.tests.factories import (
    ANSWER,
    NOON,
    Country,
    category,
    country,
    finished,
    in_state,
    picture,
    sent,
    with_photo,
)

pytestmark = pytest.mark.django_db
WHAT = {"kind": "reflection", "category": "road", "text": "Ổ gà trước chợ."}


@pytest.fixture
def here() -> Country:
    category()
    return country()


def page(name: str, *args: object) -> str:
    return reverse(f"participation:{name}", args=args)


def text_of(answer: Any) -> str:
    return str(answer.content.decode())


def signed_in(of: Any, *roles: Role) -> Client:
    client = Client()
    client.force_login(official_in(of, *roles))
    return client


def written(client: Client, here: Country, **who: str) -> Feedback:
    """Feedback written page by page, as a browser without a script does."""
    assert client.post(page("write"), WHAT).headers["Location"] == page("write_page", "where")
    assert "Xã Thử" in text_of(client.get(page("write_page", "where"), {"province": "19"}))
    where = {"province": "19", "unit": here.commune.pk, "words": "Cổng chợ"}
    assert client.post(page("write_page", "where"), where).headers["Location"] == page("write_page", "map")
    client.post(page("write_page", "map"), {"spot.x": "150", "spot.y": "150"})
    client.post(page("write_page", "photos"), {"photos": [picture(), picture(kind="PNG")]})
    client.post(page("write_page", "who"), {"wants_public": "yes", **who})
    sent_ = client.post(page("write_page", "review"))
    feedback = Feedback.objects.latest("pk")
    assert sent_.headers["Location"] == page("own", feedback.pk)
    return feedback


class TestWriting:
    def test_anyone_writes_it_and_comes_back_with_the_code(self, here: Country) -> None:
        writer, later = Client(), Client()
        feedback = written(writer, here, name="Ba", telephone="0912345678")
        assert (feedback.latitude, feedback.longitude) == (21.6, 105.8)  # the middle of the map was pressed
        assert (feedback.agency, feedback.photos.count(), feedback.party) == (here.body, 2, None)
        assert feedback.shown_code in text_of(writer.get(page("own", feedback.pk)))
        assert later.get(page("own", feedback.pk)).status_code == 404
        wrong = later.post(page("follow"), {"code": "0" * 12})
        assert wrong.status_code == 404
        later.post(page("follow"), {"code": feedback.shown_code})
        assert "Ổ gà trước chợ." in text_of(later.get(page("own", feedback.pk)))
        # The draft is gone: pressing twice sends once.
        assert writer.post(page("write_page", "review")).status_code == 302
        assert Feedback.objects.count() == 1

    def test_who_is_signed_in_sends_it_as_the_party(self, here: Country) -> None:
        account, party = a_citizen()
        client, other = Client(), Client()
        client.force_login(account)
        other.force_login(a_citizen()[0])
        feedback = written(client, here)
        assert feedback.party == party
        assert "Ổ gà trước chợ." in text_of(client.get(page("mine")))
        assert "Ổ gà trước chợ." not in text_of(other.get(page("mine")))
        photo = feedback.photos.all()[0]
        hidden = [page("own", feedback.pk), page("own_photo", feedback.pk, photo.pk)]
        assert [client.get(path).status_code for path in hidden] == [200, 200]
        assert [other.get(path).status_code for path in hidden] == [404, 404]
        for verb in ("reopen", "accept"):
            assert other.post(page(verb, feedback.pk), {"reason": "x"}).status_code == 404

    def test_a_page_skipped_is_asked_for(self, here: Country) -> None:
        client = Client()
        assert client.get(page("write_page", "review")).headers["Location"] == page("write")
        client.post(page("write"), WHAT)
        assert client.get(page("write_page", "review")).headers["Location"] == page("write_page", "where")
        assert client.get(page("write_page", "nothing")).status_code == 404

    def test_what_is_wrong_is_said_at_its_field(self, here: Country) -> None:
        client = Client()
        answer = client.post(page("write"), WHAT | {"text": " ", "category": "no-such"})
        assert answer.status_code == 422
        assert 'aria-invalid="true"' in text_of(answer)
        assert 'href="#id_text"' in text_of(answer)

    @pytest.mark.parametrize("spot", [("0", "0"), ("301", "5"), ("x", "1"), ("nan", "nan"), ("1e309", "1")])
    def test_a_press_that_is_none_marks_nothing(self, here: Country, spot: tuple[str, str]) -> None:
        client = Client()
        client.post(page("write"), WHAT)
        client.post(page("write_page", "where"), {"province": "19", "unit": here.commune.pk})
        pressed = client.post(page("write_page", "map"), {"spot.x": spot[0], "spot.y": spot[1]})
        assert pressed.status_code == 302
        assert Draft.objects.get().said["point"] is None

    def test_a_device_elsewhere_is_told_so(self, here: Country) -> None:
        client = Client()
        client.post(page("write"), WHAT)
        client.post(page("write_page", "where"), {"province": "19", "unit": here.commune.pk})
        away = client.post(page("write_page", "map"), {"latitude": "48.85", "longitude": "2.35"})
        assert away.status_code == 422
        drawn = client.get(page("write_map"))
        assert drawn.headers["Content-Type"] == "image/svg+xml"
        assert here.commune.name in text_of(drawn)

    def test_no_more_photos_than_five_and_nothing_but_photos(self, here: Country) -> None:
        client = Client()
        client.post(page("write"), WHAT)
        six = client.post(page("write_page", "photos"), {"photos": [picture() for _one in range(6)]})
        evil = BytesIO(b"<svg onload='x'/>")
        evil.name = "a.jpg"
        assert [
            six.status_code,
            client.post(page("write_page", "photos"), {"photos": [evil]}).status_code,
        ] == [
            422,
            422,
        ]
        assert not Photo.objects.exists()


class TestPhotos:
    def test_of_a_photo_only_pixels_stay(self) -> None:
        exif = Image.Exif()
        exif[0x010F] = "A telephone of mine"
        exif.get_ifd(0x8825)[2] = (21.0, 35.0, 40.0)
        blob, *size = store_photo(picture((3000, 40), exif=exif), name="a.jpg", at=NOON)
        content = read_blob(blob)
        assert b"A telephone" not in content
        with Image.open(BytesIO(content)) as kept:
            assert (kept.format, dict(kept.getexif()), list(kept.size)) == ("JPEG", {}, size)
        assert max(size) == 1_280

    @pytest.mark.parametrize(
        "content", [b"GIF89a" + b"\0" * 50, b"\xff\xd8\xff\xe0" + b"\0" * 50, b"%PDF-1.7"]
    )
    def test_what_is_no_photo_is_refused(self, content: bytes) -> None:
        with pytest.raises(NotAPhoto):
            store_photo(BytesIO(content), name="a.jpg", at=NOON)


class TestTheDesk:
    def test_from_the_inbox_to_a_public_answer(self, here: Country) -> None:
        feedback = sent(here, place=Place(here.commune.pk, "Cổng chợ", Point(21.6, 105.8)))
        photo = with_photo(feedback)
        specialist, leader = signed_in(here.body, Role.SPECIALIST), signed_in(here.body, Role.LEADER)
        assert feedback.number in text_of(specialist.get(page("desk")))
        act = lambda client, verb, **said: client.post(page("desk_act", feedback.pk, verb), said)  # noqa: E731
        assert act(specialist, "take").status_code == 302
        missing = act(specialist, "draft", text="Đã vá.", publish="on", public_text="")
        assert missing.status_code == 422
        assert "đọc được người đó là ai" not in text_of(missing)
        draft = {"publish": "on", "public_text": "Ổ gà.", "shows_place": "on", "photos": str(photo.pk)}
        assert act(specialist, "draft", text="Đã vá.", **draft).status_code == 302
        assert act(specialist, "approve").status_code == 403
        assert Client().get(page("public_one", feedback.pk)).status_code == 404
        assert Client().get(page("public_photo", photo.pk)).status_code == 404
        assert act(leader, "approve").status_code == 302
        shown = text_of(Client().get(page("public_one", feedback.pk)))
        assert "Đã vá." in shown
        assert "Cổng chợ" in shown
        assert "Nguyễn Văn Ba" not in shown
        assert feedback.text not in shown
        assert Client().get(page("public_photo", photo.pk)).status_code == 200
        on_map = text_of(Client().get(page("map"), {"province": "19"}))
        assert f'<a href="{page("public_one", feedback.pk)}" aria-label="Ổ gà.">' in on_map

    def test_the_list_is_searched_without_marks(self, here: Country) -> None:
        in_state(here, State.ANSWERED)
        found = [text_of(Client().get(page("public"), {"q": words})) for words in ("duong lien thon", "xyz")]
        assert [ANSWER.public_text in one for one in found] == [True, False]
        for bad in ({"q": "\0"}, {"cursor": "zzz"}, {"province": "no"}, {"category": "'"}):
            assert Client().get(page("public"), bad).status_code in (200, 400)

    def test_administrators_arrange_their_own_subtree_alone(self, here: Country) -> None:
        works = agency()
        works.parent = here.above
        works.save()
        above, below = signed_in(here.above, Role.ADMINISTRATOR), signed_in(here.body, Role.ADMINISTRATOR)
        row = {"unit": "19", "category": "road", "agency": works.code}
        assert below.post(page("competence"), row).status_code == 422
        assert above.post(page("competence"), row).status_code == 302
        assert above.post(page("competence"), row).status_code == 422
        kept = Competence.objects.get()
        assert below.post(page("remove_competence", kept.pk)).status_code == 404
        assert above.post(page("remove_competence", kept.pk)).status_code == 302

    def test_figures_of_fewer_than_five_say_nothing(self, here: Country) -> None:
        def shown() -> list[str]:
            answer = text_of(Client().get(page("figures"), {"province": "19"}))
            return re.findall(r'class="end number">([^<]+)<', answer)

        here.body.parent = here.above
        here.body.save()
        for _one in range(4):
            in_state(here, State.ANSWERED, at=now())
        assert shown() == ["–"] * 5
        in_state(here, State.ANSWERED, at=now())
        assert shown() == ["5", "5", "0", "100", "–"]
        sent(here, at=now())  # one open: by subtraction it could be told what became of which
        assert shown() == ["6", "–", "–", "–", "–"]


class TestRating:
    def test_a_low_one_is_owed_an_answer_that_the_party_reads(self) -> None:
        account, party = a_citizen()
        dossier = finished(party)
        client = Client()
        client.force_login(account)
        address = page("rate", dossier.pk)
        low = {"stage": "accepting", "score": "2", "words": "Chờ lâu."}
        assert client.post(address, low).status_code == 302
        assert client.post(address, low).status_code == 409
        given = Rating.objects.get()
        assert given.due_at is not None
        desk = signed_in(dossier.agency, Role.CLERK)
        assert "Chờ lâu." in text_of(desk.get(page("desk_ratings")))
        assert desk.post(page("answer_rating", given.pk), {"answer": "Xin lỗi bà."}).status_code == 302
        assert desk.post(page("answer_rating", given.pk), {"answer": "Lại."}).status_code == 409
        assert "Xin lỗi bà." in text_of(client.get(address))

    @pytest.mark.parametrize("said", [{"stage": "x"}, {"score": "6"}, {"score": "0"}, {"words": "x" * 1001}])
    def test_what_is_no_rating_is_refused(self, said: dict[str, str]) -> None:
        account, party = a_citizen()
        client = Client()
        client.force_login(account)
        low = {"stage": "accepting", "score": "2", **said}
        assert client.post(page("rate", finished(party).pk), low).status_code == 422
        assert not Rating.objects.exists()

    def test_only_its_party_rates_once_for_each_step(self) -> None:
        account, party = a_citizen()
        dossier, mine = finished(party), visitor_for(account)
        other = Client()
        other.force_login(a_citizen()[0])
        assert other.get(page("rate", dossier.pk)).status_code == 404
        for stage in Stage:
            rating.rate(dossier_id=dossier.pk, stage=stage, score=5, text="", visitor=mine, at=NOON)
        with pytest.raises(RatedBefore):
            rating.rate(
                dossier_id=dossier.pk,
                stage=Stage.RESULT,
                score=1,
                text="",
                visitor=mine,
                at=NOON + timedelta(days=1),
            )
        assert set(Rating.objects.values_list("due_at", flat=True)) == {None}
