"""The catalogues of every app: gather what the code says, check the Vietnamese, compile for gettext.

    python -m lienthong.config.translations update|check|compile [APP ...]

Babel does the work, so that no gettext tools are needed on the machine.
"""

from __future__ import annotations

import io
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po
from django.utils.translation.template import templatize

PACKAGE = Path(__file__).resolve().parents[1]
LANGUAGE = "vi"
MADE = datetime(2025, 1, 1, tzinfo=UTC)  # one fixed date, so that a catalogue changes only when its words do
SKIPPED = {"tests", "migrations", "locale", "static", "__pycache__"}
TEMPLATE_TYPES = {".html", ".txt", ".xml"}
_PLAIN, _CONTEXT = (1,), ((1, "c"), 2)
KEYWORDS = {
    "_": _PLAIN,
    "gettext": _PLAIN,
    "gettext_lazy": _PLAIN,
    "gettext_noop": _PLAIN,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": _CONTEXT,
    "pgettext_lazy": _CONTEXT,
    "npgettext": ((1, "c"), 2, 3),
    "npgettext_lazy": ((1, "c"), 2, 3),
}
_PLACES = re.compile(r"%\([^)]+\)[a-z]|%[sdif]|\{[a-z_][a-z0-9_]*\}")

Key = tuple[str, str]  # context ("" for none) and the first form of the message


def main(arguments: list[str]) -> int:
    """Run one of the three commands; the answer is the exit code."""
    command, *names = arguments or [""]
    apps = [PACKAGE / name for name in names] or find_apps(PACKAGE)
    if command == "update":
        for app in apps:
            update(app)
    elif command == "compile":
        for app in apps:
            compile_catalogue(app)
    elif command == "check":
        faults = check(apps)
        sys.stdout.writelines(f"{fault}\n" for fault in faults)
        sys.stdout.write(f"translations: {len(faults)} faults in {len(apps)} apps\n")
        return 1 if faults else 0
    else:
        sys.stderr.write((__doc__ or "") + "\n")
        return 2
    return 0


def find_apps(package: Path) -> list[Path]:
    """Every app of the package, by name."""
    return sorted(path.parent for path in package.glob("*/__init__.py"))


def catalogue_of(app: Path) -> Path:
    """Where the Vietnamese of an app is written down."""
    return app / "locale" / LANGUAGE / "LC_MESSAGES" / "django.po"


def gather(app: Path) -> Catalog:
    """What the Python files and templates of `app` say, in the order of their files."""
    found = Catalog(locale=LANGUAGE, creation_date=MADE, fuzzy=False)
    for path in sorted(app.rglob("*")):
        if SKIPPED.isdisjoint(path.relative_to(app).parts) and path.is_file():
            for line, message, comments, context in _messages_in(path):
                found.add(
                    message,
                    locations=[(path.relative_to(app).as_posix(), line)],
                    auto_comments=comments,
                    context=context,
                )
    return found


def _messages_in(path: Path) -> Iterator[tuple[int, str | tuple[str, ...], list[str], str | None]]:
    if path.suffix == ".py":
        source = path.read_text("utf-8")
    elif path.suffix in TEMPLATE_TYPES and "templates" in path.parts:
        # What templatize leaves looks like Python but for its indentation.
        lines = templatize(path.read_text("utf-8"), origin=str(path)).split("\n")
        source = "\n".join(line.lstrip() for line in lines)
    else:
        return
    coded = io.BytesIO(source.encode())
    yield from extract("python", coded, KEYWORDS, ["Translators:"], {"encoding": "utf-8"})


def update(app: Path) -> None:
    """Bring the app's catalogue up to date: new messages come in empty, unused ones go, none is guessed."""
    path, found = catalogue_of(app), gather(app)
    if not len(found) and not path.exists():
        return
    written = _read(path)
    written.update(found, no_fuzzy_matching=True, update_header_comment=False)
    written.obsolete.clear()
    written.fuzzy = False
    written.revision_date = MADE
    path.parent.mkdir(parents=True, exist_ok=True)
    _replace(path, written, compiled=False)


def compile_catalogue(app: Path) -> None:
    """Write the `.mo` that gettext reads, where it is missing or older than the words."""
    path = catalogue_of(app)
    target = path.with_suffix(".mo")
    if path.exists() and not (target.exists() and target.stat().st_mtime >= path.stat().st_mtime):
        _replace(target, _read(path), compiled=True)


def _read(path: Path) -> Catalog:
    if not path.exists():
        return _blank()
    with path.open("rb") as file:
        return read_po(file, locale=LANGUAGE)


def _blank() -> Catalog:
    return Catalog(
        locale=LANGUAGE,
        project="Liên Thông",
        version="1",
        msgid_bugs_address="-",
        header_comment="# The Vietnamese of this app.",
        creation_date=MADE,
        revision_date=MADE,
        last_translator="Liên Thông",
        language_team="vi",
        fuzzy=False,
    )


def _replace(path: Path, catalogue: Catalog, *, compiled: bool) -> None:
    """Write beside and rename, so that a reader never sees half a file."""
    with tempfile.NamedTemporaryFile(dir=path.parent, delete=False) as file:
        if compiled:
            write_mo(file, catalogue)
        else:
            write_po(file, catalogue, width=110, include_lineno=False, ignore_obsolete=True)
        Path(file.name).chmod(0o644)
    os.replace(file.name, path)


def check(apps: Iterable[Path]) -> list[str]:
    """What is wrong with the catalogues: one line per fault, naming the app and the message.

    A message must be there, translated, not fuzzy, with the places of its original, and no other; and two
    apps must not translate one message in two ways, as only one of the two would ever be shown.
    """
    faults, meanings = [], defaultdict[Key, dict[str, str]](dict)
    for app in apps:
        written = {_key(message): message for message in _read(catalogue_of(app)) if message.id}
        said = {_key(message): message for message in gather(app) if message.id}
        for key in said.keys() - written.keys():
            faults.append(f"{app.name}: not in the catalogue (run `make messages`): {key[1]!r}")
        for key in written.keys() - said.keys():
            faults.append(f"{app.name}: no longer said by the code (run `make messages`): {key[1]!r}")
        for key in said.keys() & written.keys():
            faults.extend(f"{app.name}: {fault}: {key[1]!r}" for fault in _faults_of(written[key]))
            meanings[key].setdefault(_forms(written[key].string)[0], app.name)
    for (_, text), translations in meanings.items():
        if len(translations) > 1:
            faults.append(f"{', '.join(translations.values())}: translate differently: {text!r}")
    return sorted(faults)


def _key(message: Message) -> Key:
    return message.context or "", _forms(message.id)[0]


def _forms(text: str | Iterable[str] | None) -> list[str]:
    return [text or ""] if text is None or isinstance(text, str) else list(text)


def _faults_of(message: Message) -> Iterator[str]:
    if message.fuzzy:
        yield "fuzzy"
    original = [set(_PLACES.findall(form)) for form in _forms(message.id)]
    for form in _forms(message.string):
        if not form.strip():
            yield "not translated"
        elif set(_PLACES.findall(form)) not in original:
            yield f"places differ from the original in {form!r}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
