"""Refusals: what a person or a system asked for and will not get, said in both languages."""

from __future__ import annotations

from typing import ClassVar

from django.utils.functional import Promise
from django.utils.translation import get_language, override

LANGUAGES = ("vi", "en")


class Refusal(Exception):
    """Something was asked that the rules forbid.

    A subclass stands beside the code that raises it and sets `code` (stable, kebab-case), `status` (HTTP)
    and `sentence` (lazily translated, with `%(name)s` places for the facts given on raising). The sentence
    says what happened, why, and what to do. `field` names the input at fault where there is one.
    """

    code: ClassVar[str] = "refused"
    status: ClassVar[int] = 400
    sentence: ClassVar[Promise | str] = "Refused."

    def __init__(self, *, field: str = "", **facts: object) -> None:
        self.field = field
        self.facts = facts
        super().__init__(self.code, field, facts)

    def say(self, language: str | None = None) -> str:
        """The sentence in `language` ("vi" or "en"), or in the language now active."""
        with override(language or get_language() or "vi"):
            return str(self.sentence) % {key: str(value) for key, value in self.facts.items()}

    def __str__(self) -> str:
        return self.say()

    def problem(self) -> dict[str, object]:
        """This refusal as a problem document (RFC 9457) with the sentence in both languages."""
        document: dict[str, object] = {
            "type": f"urn:lienthong:problem:{self.code}",
            "title": self.code,
            "status": self.status,
            "detail": self.say(),
            "sentences": {language: self.say(language) for language in LANGUAGES},
        }
        if self.field:
            document["field"] = self.field
        return document
