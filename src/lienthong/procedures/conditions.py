"""Conditions: the small language in which forms and processes say when something holds.

`married == true and child_count >= 2`, `not foreigner`, `purpose in ["study", "work"]`. Names are keys of
questions or facts; values are texts, whole numbers and truth. It is a part of Python's grammar, read by
Python's own parser and never run: what is not in the tables below is refused.
"""

from __future__ import annotations

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

LONGEST = 500
Answers = Mapping[str, Any]
Value = str | int | bool


class BadCondition(Refusal):
    """A condition that cannot be read."""

    code, status = "bad-condition", 422
    sentence = _(
        "The condition “%(text)s” cannot be read. Write it like: married == true and child_count >= 2. "
        "Allowed are and, or, not, ==, !=, <, <=, >, >=, in [...], and brackets."
    )


@dataclass(frozen=True)
class Comparison:
    """An answer beside a value; an answer that was not given fulfils none but `!=`."""

    name: str
    sign: str
    value: Value | tuple[Value, ...]


@dataclass(frozen=True)
class Both:
    """All of them hold (`and`)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Either:
    """At least one of them holds (`or`)."""

    parts: tuple[Condition, ...]


@dataclass(frozen=True)
class Not:
    """It does not hold."""

    part: Condition


Condition = Comparison | Both | Either | Not

SIGNS: dict[type[ast.cmpop], str] = {
    ast.Eq: "==",
    ast.NotEq: "!=",
    ast.Lt: "<",
    ast.LtE: "<=",
    ast.Gt: ">",
    ast.GtE: ">=",
    ast.In: "in",
}
_ORDERED: dict[str, Callable[[int, int], bool]] = {
    "<": lambda left, right: left < right,
    "<=": lambda left, right: left <= right,
    ">": lambda left, right: left > right,
    ">=": lambda left, right: left >= right,
}
# JSON Schema 2020-12 for an ordered comparison with a whole number.
_BOUNDS = {"<": "exclusiveMaximum", "<=": "maximum", ">": "exclusiveMinimum", ">=": "minimum"}


@lru_cache(maxsize=4096)
def parse_condition(text: str) -> Condition:
    """Read a condition, each text once. Raises `BadCondition`."""
    try:
        if len(text) > LONGEST:
            raise ValueError
        return _condition(ast.parse(_spelled(text.strip()), mode="eval").body)
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise BadCondition(text=text[:LONGEST]) from None


def holds(condition: Condition, answers: Answers) -> bool:
    """Whether the condition holds for the answers."""
    match condition:
        case Both(parts):
            return all(holds(part, answers) for part in parts)
        case Either(parts):
            return any(holds(part, answers) for part in parts)
        case Not(part):
            return not holds(part, answers)
        case Comparison(name, sign, value):
            return _compares(answers.get(name), sign, value)


def names_in(condition: Condition) -> frozenset[str]:
    """The questions or facts that the condition asks about."""
    match condition:
        case Both(parts) | Either(parts):
            return frozenset().union(*map(names_in, parts))
        case Not(part):
            return names_in(part)
        case Comparison(name, _sign, _value):
            return frozenset({name})


def as_schema(condition: Condition) -> dict[str, Any]:
    """JSON Schema 2020-12 that an object of answers meets exactly when the condition holds."""
    match condition:
        case Both(parts):
            return {"allOf": [as_schema(part) for part in parts]}
        case Either(parts):
            return {"anyOf": [as_schema(part) for part in parts]}
        case Not(part):
            return {"not": as_schema(part)}
        case Comparison(name, "!=", value):
            return {"not": as_schema(Comparison(name, "==", value))}
        case Comparison(name, sign, value):
            return {"required": [name], "properties": {name: _value_schema(sign, value)}}


def as_text(condition: Condition) -> str:
    """The condition as it is written; `parse_condition` reads the same back."""
    match condition:
        case Both(parts):
            return " and ".join(_bracketed(part) for part in parts)
        case Either(parts):
            return " or ".join(_bracketed(part) for part in parts)
        case Not(part):
            return f"not {_bracketed(part)}"
        case Comparison(name, sign, value):
            return f"{name} {sign} {_written(value)}"


def _spelled(text: str) -> str:
    """A text with nothing in it that a line or an indent would change for Python's parser."""
    if not text or "\n" in text or "\r" in text or "\0" in text:
        raise ValueError(text)
    return text


def _condition(node: ast.expr) -> Condition:
    match node:
        case ast.BoolOp(op=ast.And(), values=values):
            return Both(tuple(map(_condition, values)))
        case ast.BoolOp(values=values):
            return Either(tuple(map(_condition, values)))
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_condition(operand))
        case ast.Name(id=name) if name not in {"true", "false"}:
            return Comparison(name, "==", True)
        case ast.Compare(left=ast.Name(id=name), ops=[sign], comparators=[right]):
            return _comparison(name, SIGNS[type(sign)], right) if type(sign) in SIGNS else _refuse(node)
        case _:
            return _refuse(node)


def _comparison(name: str, sign: str, right: ast.expr) -> Comparison:
    if sign == "in":
        if not isinstance(right, ast.List) or not right.elts:
            raise ValueError(ast.dump(right))
        return Comparison(name, sign, tuple(map(_value, right.elts)))
    value = _value(right)
    if sign in _ORDERED and type(value) is not int:
        raise ValueError(value)
    return Comparison(name, sign, value)


def _value(node: ast.expr) -> Value:
    match node:
        case ast.Name(id="true"):
            return True
        case ast.Name(id="false"):
            return False
        case ast.Constant(value=str() | int() as value) if not isinstance(value, bool):
            return value
        case ast.UnaryOp(op=ast.USub(), operand=ast.Constant(value=int() as value)) if value is not True:
            return -value
        case _:
            raise ValueError(ast.dump(node))


def _refuse(node: ast.expr) -> Condition:
    raise ValueError(ast.dump(node))


def _compares(answer: Any, sign: str, value: Any) -> bool:
    if sign == "==":
        return _same(answer, value)
    if sign == "!=":
        return not _same(answer, value)
    if sign == "in":
        return any(_same(answer, one) for one in value)
    return type(answer) is int and _ORDERED[sign](answer, value)


def _same(answer: Any, value: Value) -> bool:
    """Equal in value and in kind: in Python, unlike in JSON, 1 is true."""
    return type(answer) is type(value) and bool(answer == value)


def _value_schema(sign: str, value: Any) -> dict[str, Any]:
    if sign == "==":
        return {"const": value}
    if sign == "in":
        return {"enum": list(value)}
    return {"type": "integer", _BOUNDS[sign]: value}


def _bracketed(condition: Condition) -> str:
    text = as_text(condition)
    return text if isinstance(condition, Comparison) else f"({text})"


def _written(value: Value | tuple[Value, ...]) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_written, value))}]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
