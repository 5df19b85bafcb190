"""The whole story on a whole province, through every part but the browser."""

from __future__ import annotations

import pytest
from django.conf import settings

from lienthong.demo.public import already_played, logins, play_story, prepare_country
from lienthong.directory.public import Agency
from lienthong.identity.public import Account
from lienthong.kernel.clock import now


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_the_sender_sees_every_state_come_back_from_63_provinces() -> None:
    stages: set[str] = set()
    prepare_country(at=now(), report=lambda stage, done, total: stages.add(stage))
    assert Agency.objects.filter(path__startswith=Agency.objects.get(code="H55").path).count() == 989
    assert {"units", "agencies", "officials", "certificates"} <= stages

    assert not already_played()
    scenes = list(play_story(clock=now))
    assert already_played()

    assert [sum(scene.counts.values()) for scene in scenes] == [63] * 8
    last = list(scenes[-1].counts.values())
    assert sorted(last) == [1, 1, 9, 15, 37], "returned, finished, assigned, registered, arrived"

    before = Account.objects.count()
    prepare_country(at=now(), report=lambda *_: None)
    assert Account.objects.count() == before, "a second start changes nothing"

    shown = logins()
    assert len(shown) == 10
    assert {len(login.password) for login in shown} == {14}
    assert (settings.ENV.var / "secrets" / "demo_password").stat().st_mode & 0o077 == 0
