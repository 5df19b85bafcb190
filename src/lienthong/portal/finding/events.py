"""Life events: what happened to somebody, and the procedures it calls for, in order. Data that ships."""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any


@dataclass(frozen=True)
class EventStep:
    """A procedure in a life event, and when it is needed."""

    code: str
    note: str
    note_en: str


@dataclass(frozen=True)
class LifeEvent:
    """What happened, in plain words, and what is to be done."""

    key: str
    icon: str
    name: str
    name_en: str
    text: str
    text_en: str
    steps: tuple[EventStep, ...]


@cache
def life_events() -> dict[str, LifeEvent]:
    """The events by key, in the order in which they are shown."""
    text = (resources.files("lienthong.portal") / "data" / "life_events.json").read_text("utf-8")
    listed: list[dict[str, Any]] = json.loads(text)
    events = [
        LifeEvent(**one | {"steps": tuple(EventStep(**step) for step in one["steps"])}) for one in listed
    ]
    return {event.key: event for event in events}
