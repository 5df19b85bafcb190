"""The rules of the house that import-linter cannot see."""

from __future__ import annotations

import ast
import configparser
import re
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import ForeignKey, ManyToManyField
from django.urls import URLPattern, URLResolver, get_resolver
from procrastinate.contrib.django import app as jobs

from lienthong.config.env import Env
from lienthong.kernel.access import Access

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "src" / "lienthong"
LONGEST_FILE, LONGEST_FUNCTION = 400, 60
OUTSIDE = "outside"  # Django's own models and those of libraries: below the house


def sources() -> list[Path]:
    """Every Python file of the house but the migrations."""
    found = [path for folder in ("src", "tests", "bench") for path in (ROOT / folder).rglob("*.py")]
    return [path for path in (*found, ROOT / "conftest.py") if "migrations" not in path.parts]


@cache
def tree_of(path: Path) -> ast.Module:
    return ast.parse(path.read_text("utf-8"))


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


# Size


def long_functions(tree: ast.Module, *, limit: int) -> Iterator[str]:
    """Every function of more than `limit` lines, decorators not counted."""
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            length = (node.end_lineno or 0) - node.lineno + 1
            if length > limit:
                yield f"{node.name} has {length} lines"


def test_no_function_is_longer_than_60_lines() -> None:
    faults = [
        f"{name_of(path)}: {fault}"
        for path in sources()
        for fault in long_functions(tree_of(path), limit=LONGEST_FUNCTION)
    ]
    assert faults == []


def test_a_function_of_61_lines_is_found() -> None:
    body = "    x = 1\n"
    assert list(long_functions(ast.parse("def f():\n" + body * 59), limit=60)) == []
    assert list(long_functions(ast.parse("def f():\n" + body * 60), limit=60)) == ["f has 61 lines"]


def test_no_file_is_longer_than_400_lines() -> None:
    lengths = {name_of(path): len(path.read_text("utf-8").splitlines()) for path in sources()}
    assert {name: length for name, length in lengths.items() if length > LONGEST_FILE} == {}


# Layers


def storeys() -> dict[str, int]:
    """Each app's height in the contract of layers: 1 is the lowest, those side by side share one."""
    contracts = configparser.ConfigParser()
    contracts.read(ROOT / ".importlinter")
    lines = contracts["importlinter:contract:layers"]["layers"].split()
    heights = {OUTSIDE: 0}
    height, beside = 0, False
    for word in reversed(lines):
        if word == "|":
            beside = True
            continue
        height += 0 if beside else 1
        heights[word.strip("()")], beside = height, False
    return heights


def app_of(model: type) -> str:
    parts = model.__module__.split(".")
    return parts[1] if parts[0] == "lienthong" else OUTSIDE


def upward_keys(models: Iterable[type], heights: dict[str, int]) -> Iterator[str]:
    """Every foreign key that does not point downwards, or that gives another app's model a back name."""
    for model in models:
        for field in model._meta.get_fields():  # type: ignore[attr-defined]
            if not isinstance(field, ForeignKey | ManyToManyField):
                continue
            near, far = app_of(model), app_of(field.related_model)
            label = f"{model.__name__}.{field.name} -> {field.related_model.__name__}"
            if near == far:
                continue
            if heights[near] <= heights[far]:
                yield f"{label} points upwards or sideways"
            elif far != OUTSIDE and not field.remote_field.hidden:
                yield f"{label} needs related_name='+'"


def test_every_foreign_key_points_downwards() -> None:
    own = [model for model in apps.get_models() if model.__module__.startswith("lienthong.")]
    assert list(upward_keys(own, storeys())) == []


def test_layers_are_read_in_their_order() -> None:
    heights = storeys()
    assert heights["kernel"] == 1
    assert heights["config"] == max(heights.values())
    assert heights["axis"] == heights["documents"] > heights["signing"]
    assert heights["ledger"] == heights["ui"] > heights["kernel"]


def test_a_foreign_key_upwards_is_found() -> None:
    account = apps.get_model("identity", "Account")
    own = [model for model in apps.get_models() if app_of(model) == "identity"]
    upside_down = {name: -height for name, height in storeys().items()}
    assert account in own
    assert any("points upwards" in fault for fault in upward_keys(own, upside_down))


# Routes


def patterns(resolver: URLResolver, prefix: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in resolver.url_patterns:
        address = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern, address)
        else:
            yield address, pattern


ADDRESSES = dict(patterns(get_resolver()))


@pytest.mark.parametrize("address", ADDRESSES)
def test_every_route_says_who_may_call_it(address: str) -> None:
    access = getattr(ADDRESSES[address].callback, "access", None)
    assert isinstance(access, Access), "mark the view with signed_in, needs(...) or public_page(reason)"
    assert not (access.public and access.roles), "either public or for roles"
    assert access.public == "" or len(access.public.split()) >= 2, "say why it is public"


# Jobs


def enqueued_names(tree: ast.Module) -> Iterator[str | None]:
    """The job names in calls of `enqueue`; None for one that is not a plain string."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and node.args:
            called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if called == "enqueue":
                first = node.args[0]
                plain = isinstance(first, ast.Constant) and isinstance(first.value, str)
                yield first.value if plain else None  # type: ignore[attr-defined]


def test_every_job_that_is_enqueued_exists() -> None:
    jobs.perform_import_paths()
    missing = [
        f"{name_of(path)}: {name or 'not a plain string'}"
        for path in sources()
        if "tests" not in path.parts
        for name in enqueued_names(tree_of(path))
        if name is None or name not in jobs.tasks
    ]
    assert missing == []


def test_a_job_is_named_after_its_app() -> None:
    ours = {name: task for name, task in jobs.tasks.items() if task.func.__module__.startswith("lienthong.")}
    assert ours, "the jobs were read"
    for name, task in ours.items():
        assert name.split(".")[0] == task.func.__module__.split(".")[1], name


def test_enqueued_names_are_read_from_calls() -> None:
    tree = ast.parse("enqueue('a.b', lock='c')\njobs.enqueue('d.e')\nenqueue(name)\nother('f.g')")
    assert list(enqueued_names(tree)) == ["a.b", "d.e", None]


# Settings

SETTINGS_PAGE = (ROOT / "docs" / "operations" / "settings.md").read_text("utf-8")
EXPLAINED = set(re.findall(r"^\| `LIENTHONG_([A-Z0-9_]+)` \|", SETTINGS_PAGE, re.MULTILINE))


def test_every_setting_is_explained_and_every_explained_setting_exists() -> None:
    assert {name.upper() for name in Env.model_fields} == EXPLAINED


def test_only_config_reads_the_environment() -> None:
    readers = [
        name_of(path)
        for path in sources()
        if path.is_relative_to(PACKAGE) and not {"config", "tests"} & set(path.relative_to(PACKAGE).parts)
        if re.search(r"\bos\.(environ|getenv)\b", path.read_text("utf-8"))
    ]
    assert readers == []


# Habits


def test_no_model_overrides_save_and_no_app_uses_django_signals() -> None:
    faults = []
    for path in sources():
        if not path.is_relative_to(PACKAGE) or "tests" in path.parts:
            continue
        for node in ast.walk(tree_of(path)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith(
                "django.db.models.signals"
            ):
                faults.append(f"{name_of(path)}: Django signals")
        if path.name == "models.py" or path.parent.name == "models":
            faults += [
                f"{name_of(path)}: {node.name}"
                for node in ast.walk(tree_of(path))
                if isinstance(node, ast.FunctionDef) and node.name in {"save", "delete"}
            ]
    assert faults == []
