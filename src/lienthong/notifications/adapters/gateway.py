"""What the gateways of SMS and Zalo have in common: one POST of JSON for each text, a bounded answer."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import httpx

from lienthong.notifications.contracts import ShortText
from lienthong.notifications.ports import Accepted, Failed

SECONDS, WHOLE_SECONDS = 10.0, 20.0
MOST_ANSWER = 64 * 1024
Post = Callable[[ShortText], "Accepted | Failed"]


def one_after_the_other(texts: Sequence[ShortText], send: Post) -> list[Accepted | Failed]:
    """An answer for each; once nothing gets through, the rest is not tried."""
    answers: list[Accepted | Failed] = []
    for text in texts:
        answers.append(send(text))
        last = answers[-1]
        if isinstance(last, Failed) and last.server:
            return answers + [last] * (len(texts) - len(answers))
    return answers


def post(
    http: httpx.Client, url: str, body: Mapping[str, object], headers: Mapping[str, str]
) -> dict[str, Any] | Failed:
    """The gateway's answer as it says it, or why there is none. No part of the text reaches the problem."""
    until = time.monotonic() + WHOLE_SECONDS
    try:
        with http.stream("POST", url, json=dict(body), headers=dict(headers)) as answer:
            found = bytearray()
            for piece in answer.iter_bytes():
                found += piece
                if len(found) > MOST_ANSWER:
                    return Failed("the gateway's answer is too large", server=True)
                if time.monotonic() > until:
                    return Failed("the gateway's answer takes too long", server=True)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        return Failed(f"no answer: {type(error).__name__}", server=True)
    if answer.status_code != httpx.codes.OK:
        return Failed(f"HTTP {answer.status_code}", server=True)
    try:
        said = json.loads(found)
    except (ValueError, RecursionError):
        return Failed("the gateway's answer is no JSON", server=True)
    return said if isinstance(said, dict) else Failed("the gateway's answer is no object", server=True)


def client(seconds: float) -> httpx.Client:
    """One client for a batch; no redirect is followed, since the body holds a telephone number."""
    return httpx.Client(timeout=seconds, follow_redirects=False)
