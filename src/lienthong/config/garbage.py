"""How often Python looks for rings of objects that nothing else holds."""

from __future__ import annotations

import gc

OBJECTS, ROUNDS, LONG_ROUNDS = 20_000, 20, 50


def look_rarely() -> None:
    """Leave out what was imported, and look through what comes after a thirtieth as often as by default.

    Models, templates and forms are a million objects that live as long as the process; looking them through
    again and again was a fifth of what an act on a hundred dossiers takes.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(OBJECTS, ROUNDS, LONG_ROUNDS)
