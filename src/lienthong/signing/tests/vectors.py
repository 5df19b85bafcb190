"""Other people's signed files: the interop vectors in the source distributions of signxml and pyHanko.

`python -m lienthong.signing.tests.vectors` fetches them ahead of the tests. They are kept in `var/vectors`,
never committed; the version fetched is the one installed.
"""

from __future__ import annotations

import fcntl
import shutil
import subprocess
import sys
import tarfile
from importlib.metadata import version
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[4] / "var" / "vectors"
PACKAGES = ("signxml", "pyhanko")
SECONDS = 300


class VectorsUnavailable(Exception):
    """The package registry could not be reached, or has no source distribution of that version."""


def vectors(package: str) -> Path:
    """The unpacked source distribution of the installed version, fetched by pip unless it is there.

    One process fetches while others wait.

    Raises:
        VectorsUnavailable
    """
    release = version(package)
    place = FOLDER / f"{package}-{release}"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with (FOLDER / f"{package}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not place.is_dir():
            _fetch(package, release, place)
    return place


def _fetch(package: str, release: str, place: Path) -> None:
    download = FOLDER / f"{package}-download"
    shutil.rmtree(download, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps", "--no-binary", ":all:"]
    try:
        subprocess.run(
            [*command, "--dest", str(download), f"{package}=={release}"],
            check=True,
            capture_output=True,
            timeout=SECONDS,
        )
        (archive,) = download.glob("*.tar.gz")
        with tarfile.open(archive) as packed:
            packed.extractall(download, filter="data")
        (unpacked,) = (found for found in download.iterdir() if found.is_dir())
    except (subprocess.SubprocessError, OSError, ValueError, tarfile.TarError) as error:
        raise VectorsUnavailable(f"{package} {release}: {type(error).__name__}") from error
    unpacked.rename(place)
    shutil.rmtree(download, ignore_errors=True)


if __name__ == "__main__":
    for name in PACKAGES:
        sys.stdout.write(f"{vectors(name)}\n")
