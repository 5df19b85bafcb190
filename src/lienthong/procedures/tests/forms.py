"""Forms for tests."""

from __future__ import annotations

from typing import Any

from lienthong.procedures.form import Form, parse_form


def question(key: str, type: str = "text", **fields: Any) -> dict[str, Any]:
    """A question labelled by its key."""
    return {"key": key, "type": type, "label": key.capitalize(), **fields}


def page(key: str, *questions: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """A page titled by its key."""
    return {"key": key, "title": key.capitalize(), "questions": list(questions), **fields}


def form(*pages: dict[str, Any]) -> Form:
    """A form of the pages."""
    return parse_form({"pages": list(pages)})


SEXES = [{"value": "male", "label": "Nam", "label_en": "Male"}, {"value": "female", "label": "Nữ"}]


def birth() -> Form:
    """A small registration of a birth: conditions, a group, a sum, files."""
    return form(
        page(
            "child",
            question("child_name"),
            question("child_sex", "choice", options=SEXES),
            question("born_on", "date"),
            question("age", "whole-number", computed={"do": "years", "of": ["born_on"]}),
        ),
        page(
            "parents",
            question("married", "yes-no"),
            question("father_name", required=False, when="not married"),
            question("marriage_number", when="married"),
            question(
                "siblings",
                "group",
                required=False,
                maximum=3,
                questions=[
                    question("sibling_name"),
                    question("at_school", "yes-no"),
                    question("school", when="at_school"),
                ],
            ),
            question("sibling_count", "whole-number", computed={"do": "count", "of": ["siblings"]}),
        ),
        page(
            "proof",
            question("scan", "file", maximum=2),
            question("why", "long-text", minimum=10),
            when="age > 0",
        ),
    )
