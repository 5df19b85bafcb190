"""Each contract of `.importlinter` is broken by a planted violation, so none of them is empty words."""

from __future__ import annotations

import configparser
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
CONTRACTS = configparser.ConfigParser()
CONTRACTS.read(ROOT / ".importlinter")
PREFIX = "importlinter:contract:"
NAMES = [section.removeprefix(PREFIX) for section in CONTRACTS.sections() if section.startswith(PREFIX)]
LAYERED = [name for name in NAMES if CONTRACTS[PREFIX + name]["type"] == "layers"]
DOORS = [name for name in NAMES if CONTRACTS[PREFIX + name]["type"] == "protected"]
TITLES = {name: CONTRACTS[PREFIX + name]["name"] for name in NAMES}


Plant = tuple[str, str]  # a module, made if needed, and the line written into it


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> House:
    """A copy of the package's Python files."""
    copy = tmp_path_factory.mktemp("house")
    only_python = shutil.ignore_patterns(
        "*.po", "*.mo", "static", "templates", "data", "__pycache__", "typst"
    )
    shutil.copytree(ROOT / "src" / "lienthong", copy / "lienthong", ignore=only_python)
    shutil.copy(ROOT / ".importlinter", copy)
    return House(copy)


class House:
    """A copy of the package into which lines can be planted.

    One run of import-linter checks every contract and reports each by its name, so violations of contracts
    that do not share a line are planted together: a run for each contract would take half a minute in all.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.reports: dict[tuple[Plant, ...], dict[str, str]] = {}

    def exists(self, module: str) -> bool:
        path = self.root / Path(*module.split("."))
        return path.is_dir() or path.with_suffix(".py").exists()

    def reported(self, *plants: Plant) -> dict[str, str]:
        """What import-linter says with the lines planted: per contract, empty if it is kept."""
        if plants not in self.reports:
            before = {path: path.read_text() if path.exists() else None for path in map(self._path, plants)}
            for plant in plants:
                path = self._path(plant)
                path.write_text(f"{path.read_text() if path.exists() else ''}\n{plant[1]}\n")
            self.reports[plants] = self._lint()
            for path, text in before.items():
                path.unlink() if text is None else path.write_text(text)
        return self.reports[plants]

    def _path(self, plant: Plant) -> Path:
        path = self.root / Path(*plant[0].split("."))
        return path / "__init__.py" if path.is_dir() else path.with_suffix(".py")

    def _lint(self) -> dict[str, str]:
        program = "import sys; from importlinter.cli import lint_imports_command as c; c()"
        command = [sys.executable, "-c", program, "--no-cache", "--no-logo"]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        verdicts, _, broken = done.stdout.partition("Broken contracts")
        assert "Contracts:" in verdicts, done.stdout + done.stderr
        for name, title in TITLES.items():
            assert f"{title} KEPT" in verdicts or f"{title} BROKEN" in verdicts, (name, done.stdout)
        sections = re.split(rf"^({'|'.join(map(re.escape, TITLES.values()))})\n-+$", broken, flags=re.M)
        said = dict(zip(sections[1::2], sections[2::2], strict=True))
        return {
            name: " ".join(said[title].split()) if f"{title} BROKEN" in verdicts else ""
            for name, title in TITLES.items()
        }


def layers_of(contract: str, house: House) -> list[list[str]]:
    """The existing modules of a layers contract, highest layer first."""
    section = CONTRACTS[PREFIX + contract]
    layers = []
    for line in section["layers"].split("\n"):
        names = [name.strip().strip("()") for name in line.replace("|", ":").split(":") if name.strip()]
        found = [f"{section['containers']}.{name}" for name in names]
        layers.append([module for module in found if house.exists(module)])
    return [layer for layer in layers if layer]


def lowest_and_highest(contract: str, house: House) -> tuple[str, str]:
    layers = layers_of(contract, house)
    return layers[-1][0], next(layer[0] for layer in layers if not layer[0].endswith(".tests"))


def app_of(door: str) -> str:
    return door.removeprefix("door-")


def test_there_is_a_contract_of_files_for_every_app_and_a_door_for_all_but_the_ends() -> None:
    apps = {path.parent.name for path in (ROOT / "src" / "lienthong").glob("*/__init__.py")}
    assert {name.removeprefix("files-") for name in LAYERED if name != "layers"} == apps
    assert {name.removeprefix("door-") for name in DOORS} == apps - {"config", "kernel"}


def test_without_a_violation_every_contract_is_kept(house: House) -> None:
    assert set(house.reported().values()) == {""}


@pytest.mark.parametrize("contract", LAYERED)
def test_an_import_upwards_breaks_the_contract(contract: str, house: House) -> None:
    ends = {name: lowest_and_highest(name, house) for name in LAYERED}
    said = house.reported(*((lower, f"import {higher}") for lower, higher in ends.values()))
    assert f"{ends[contract][0]} is not allowed to import {ends[contract][1]}" in said[contract]


@pytest.mark.parametrize("contract", LAYERED)
def test_a_module_without_a_place_breaks_the_contract(contract: str, house: House) -> None:
    containers = {name: CONTRACTS[PREFIX + name]["containers"] for name in LAYERED}
    said = house.reported(*((f"{container}.homeless", "") for container in containers.values()))
    assert f"{containers[contract]}.homeless" in said[contract]


@pytest.mark.parametrize("contract", DOORS)
def test_an_import_past_the_door_breaks_the_contract(contract: str, house: House) -> None:
    plants: list[Plant] = []
    for app in map(app_of, DOORS):
        plants.append((f"lienthong.{app}.secrets", ""))
        plants.append((f"lienthong.kernel.intruder_{app}", f"from lienthong.{app} import secrets"))
    app = app_of(contract)
    assert f"lienthong.kernel.intruder_{app} -> lienthong.{app}.secrets" in house.reported(*plants)[contract]


@pytest.mark.parametrize("contract", DOORS)
def test_an_import_through_the_door_keeps_the_contract(contract: str, house: House) -> None:
    plants = [
        (f"lienthong.config.visitor_{app}", f"import lienthong.{app}.public") for app in map(app_of, DOORS)
    ]
    plants += [(f"lienthong.{app}.public", "") for app in map(app_of, DOORS)]
    assert house.reported(*plants)[contract] == ""


def test_apps_side_by_side_may_not_import_each_other(house: House) -> None:
    pairs = [("axis", "documents"), ("documents", "axis"), ("ledger", "ui"), ("ui", "ledger")]
    plants = ((f"lienthong.{left}.intruder", f"import lienthong.{right}.apps") for left, right in pairs)
    said = house.reported(*plants)["layers"]
    for left, right in pairs:
        assert f"lienthong.{left} is not allowed to import lienthong.{right}" in said
