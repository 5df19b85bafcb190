"""Events: lower apps tell upper ones what became true, inside the transaction that made it true."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import TypeVar

from django.db import transaction

E = TypeVar("E")
_subscribers: defaultdict[type, list[Callable[..., None]]] = defaultdict(list)


class PublishedOutsideTransaction(RuntimeError):
    """An event was published outside the transaction that makes it true."""


def subscribe(event: type[E]) -> Callable[[Callable[[E], None]], Callable[[E], None]]:
    """Call the decorated function with each published `event`, in order of subscription."""

    def register(handler: Callable[[E], None]) -> Callable[[E], None]:
        if handler not in _subscribers[event]:
            _subscribers[event].append(handler)
        return handler

    return register


def publish(event: object) -> None:
    """Hand the event to every subscriber now; an exception in one undoes the whole transaction."""
    if not transaction.get_connection().in_atomic_block:
        raise PublishedOutsideTransaction(type(event).__name__)
    for handler in _subscribers[type(event)]:
        handler(event)
