"""Each contract of `.importlinter` is broken by a planted violation, so none of them is empty words."""

from __future__ import annotations

import configparser
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


@pytest.fixture(scope="module")
def pristine(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the package's Python files."""
    copy = tmp_path_factory.mktemp("house")
    only_python = shutil.ignore_patterns(
        "*.po", "*.mo", "static", "templates", "data", "__pycache__", "typst"
    )
    shutil.copytree(ROOT / "src" / "lienthong", copy / "lienthong", ignore=only_python)
    shutil.copy(ROOT / ".importlinter", copy)
    return copy


class House:
    """A copy of the package in which files can be changed until the test ends."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.changed: dict[Path, str | None] = {}

    def plant(self, module: str, line: str) -> None:
        """Write a line into a module, making it if needed."""
        path = self.root / Path(*module.split("."))
        path = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        before = path.read_text() if path.exists() else None
        self.changed.setdefault(path, before)
        path.write_text(f"{before or ''}\n{line}\n")

    def exists(self, module: str) -> bool:
        path = self.root / Path(*module.split("."))
        return path.is_dir() or path.with_suffix(".py").exists()

    def check(self, contract: str) -> str:
        """What import-linter says of one contract: empty if it is kept."""
        command = [
            sys.executable,
            "-c",
            "import sys; from importlinter.cli import lint_imports_command as c; c()",
        ]
        command += ["--no-cache", "--no-logo", "--contract", contract]
        done = subprocess.run(command, cwd=self.root, capture_output=True, text=True, check=False)
        assert "Contracts" in done.stdout, done.stdout + done.stderr
        return done.stdout if done.returncode else ""

    def restore(self) -> None:
        for path, before in self.changed.items():
            if before is None:
                path.unlink()
            else:
                path.write_text(before)


@pytest.fixture
def house(pristine: Path):
    house = House(pristine)
    yield house
    house.restore()


def layers_of(contract: str, house: House) -> list[list[str]]:
    """The existing modules of a layers contract, highest layer first."""
    section = CONTRACTS[PREFIX + contract]
    layers = []
    for line in section["layers"].split("\n"):
        names = [name.strip().strip("()") for name in line.replace("|", ":").split(":") if name.strip()]
        found = [f"{section['containers']}.{name}" for name in names]
        layers.append([module for module in found if house.exists(module)])
    return [layer for layer in layers if layer]


def test_there_is_a_contract_of_files_for_every_app_and_a_door_for_all_but_the_ends() -> None:
    apps = {path.parent.name for path in (ROOT / "src" / "lienthong").glob("*/__init__.py")}
    assert {name.removeprefix("files-") for name in LAYERED if name != "layers"} == apps
    assert {name.removeprefix("door-") for name in DOORS} == apps - {"config", "kernel"}


@pytest.mark.parametrize("contract", LAYERED)
def test_an_import_upwards_breaks_the_contract(contract: str, house: House) -> None:
    layers = layers_of(contract, house)
    lower, higher = layers[-1][0], next(layer[0] for layer in layers if not layer[0].endswith(".tests"))
    house.plant(lower, f"import {higher}")
    assert f"{lower} is not allowed to import" in " ".join(house.check(contract).split())


@pytest.mark.parametrize("contract", LAYERED)
def test_a_module_without_a_place_breaks_the_contract(contract: str, house: House) -> None:
    container = CONTRACTS[PREFIX + contract]["containers"]
    house.plant(f"{container}.homeless", "")
    assert "homeless" in house.check(contract)


@pytest.mark.parametrize("contract", DOORS)
def test_an_import_past_the_door_breaks_the_contract(contract: str, house: House) -> None:
    app = contract.removeprefix("door-")
    other = "kernel" if app != "kernel" else "ui"
    house.plant(f"lienthong.{app}.secrets", "")
    house.plant(f"lienthong.{other}.intruder", f"from lienthong.{app} import secrets")
    said = house.check(contract)
    assert f"lienthong.{other}.intruder -> lienthong.{app}.secrets" in " ".join(said.split())


@pytest.mark.parametrize("contract", DOORS)
def test_an_import_through_the_door_keeps_the_contract(contract: str, house: House) -> None:
    app = contract.removeprefix("door-")
    house.plant(f"lienthong.{app}.public", "")
    house.plant("lienthong.config.visitor", f"import lienthong.{app}.public")
    assert house.check(contract) == ""


def test_apps_side_by_side_may_not_import_each_other(house: House) -> None:
    for left, right in [("axis", "documents"), ("documents", "axis"), ("ledger", "ui"), ("ui", "ledger")]:
        house.plant(f"lienthong.{left}.intruder", f"import lienthong.{right}.apps")
        assert f"lienthong.{left} is not allowed to import" in " ".join(house.check("layers").split())
        house.restore()
        house.changed.clear()
