"""The catalogues: gathered from code and templates, checked, compiled."""

import gettext
from pathlib import Path
from typing import Any

import pytest
from django.utils.translation import gettext as django_gettext
from django.utils.translation import override

from lienthong.config import translations
from lienthong.config.cli import serving


@pytest.fixture
def app(tmp_path: Path) -> Path:
    """An app that says one sentence in Python and two in a template."""
    app = tmp_path / "registry"
    (app / "templates" / "registry").mkdir(parents=True)
    (app / "__init__.py").write_text("")
    (app / "errors.py").write_text('TAKEN = _("The number %(number)s is taken.")\n')
    (app / "templates" / "registry" / "list.html").write_text(
        "<h1>{% translate 'Register' %}</h1>\n  <p>It's\n    {% blocktranslate count n=rows|length %}"
        "{{ n }} row{% plural %}{{ n }} rows{% endblocktranslate %}</p>"
    )
    return app


def write(app: Path, **said: str) -> None:
    """Translate the messages that begin with a key of `said`."""
    translations.update(app)
    catalogue = translations._read(translations.catalogue_of(app))
    for message in catalogue:
        for start, text in said.items():
            if message.id and translations._forms(message.id)[0].startswith(start):
                message.string = text if isinstance(message.id, str) else (text,)
    translations._replace(translations.catalogue_of(app), catalogue, compiled=False)


WHOLE = {"The": "Số %(number)s đã được lấy.", "Register": "Sổ đăng ký", "%": "%(n)s dòng"}


def test_messages_come_from_python_and_from_templates(app: Path) -> None:
    found = [message.id for message in translations.gather(app) if message.id]
    assert found == ["The number %(number)s is taken.", "Register", ("%(n)s row", "%(n)s rows")]


def test_a_whole_catalogue_has_no_fault_and_compiles(app: Path) -> None:
    write(app, **WHOLE)
    assert translations.check([app]) == []
    translations.compile_catalogue(app)
    with translations.catalogue_of(app).with_suffix(".mo").open("rb") as file:
        spoken = gettext.GNUTranslations(file)
    assert spoken.gettext("Register") == "Sổ đăng ký"
    assert spoken.ngettext("%(n)s row", "%(n)s rows", 5) == "%(n)s dòng"


def test_words_asked_for_before_the_first_compilation_are_found_afterwards(app: Path, settings: Any) -> None:
    (app / "errors.py").write_text('TAKEN = _("Nobody else says this.")\n')
    write(app, Nobody="Không ai khác nói thế.")
    settings.LOCALE_PATHS = [app / "locale"]
    for expected in ("Nobody else says this.", "Không ai khác nói thế."):
        with override("vi"):
            assert django_gettext("Nobody else says this.") == expected
        serving.compile_words([app])


def test_updating_keeps_what_was_translated_and_drops_what_is_no_longer_said(app: Path) -> None:
    write(app, **WHOLE)
    (app / "errors.py").write_text('FULL = _("The register is full.")\n')
    translations.update(app)
    faults = translations.check([app])
    assert faults == ["registry: not translated: 'The register is full.'"]


def test_updating_twice_changes_no_byte(app: Path) -> None:
    write(app, **WHOLE)
    before = translations.catalogue_of(app).read_bytes()
    translations.update(app)
    assert translations.catalogue_of(app).read_bytes() == before


@pytest.mark.parametrize(
    ("wrong", "fault"),
    [
        ({"Register": ""}, "not translated"),
        ({"Register": "  "}, "not translated"),
        ({"The": "Số đã được lấy."}, "places differ"),
        ({"The": "Số %(so)s đã được lấy."}, "places differ"),
        ({"%": "nhiều dòng"}, "places differ"),
    ],
)
def test_a_wrong_translation_is_a_fault(app: Path, wrong: dict[str, str], fault: str) -> None:
    write(app, **(WHOLE | wrong))
    [line] = translations.check([app])
    assert fault in line


def test_a_fuzzy_translation_is_a_fault(app: Path) -> None:
    write(app, **WHOLE)
    path = translations.catalogue_of(app)
    path.write_text(path.read_text().replace('msgid "Register"', '#, fuzzy\nmsgid "Register"'))
    assert translations.check([app]) == ["registry: fuzzy: 'Register'"]


def test_a_message_missing_from_the_catalogue_is_a_fault(app: Path) -> None:
    write(app, **WHOLE)
    with (app / "errors.py").open("a") as file:
        file.write('GONE = _("Gone.")\n')
    [line] = translations.check([app])
    assert line.startswith("registry: not in the catalogue")


def test_two_apps_that_translate_one_message_in_two_ways_are_a_fault(app: Path, tmp_path: Path) -> None:
    write(app, **WHOLE)
    other = tmp_path / "archive"
    other.mkdir()
    (other / "texts.py").write_text('NAME = _("Register")\n')
    write(other, Register="Đăng ký")
    assert translations.check([app, other]) == ["registry, archive: translate differently: 'Register'"]


def test_a_command_that_is_none_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert translations.main(["sing"]) == 2
    assert "update|check|compile" in capsys.readouterr().err
