"""Finds the few files of the front-end packages that the pages use; nothing else of them is served."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import BaseFinder
from django.core.files.storage import FileSystemStorage, Storage

PREFIX = "vendor"
FILES = (
    "@digdir/designsystemet-css/dist/src/index.css",
    "@digdir/designsystemet-theme/src/themes/designsystemet.css",
    "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-400-normal.woff2",
    "@fontsource/be-vietnam-pro/files/be-vietnam-pro-latin-600-normal.woff2",
    "@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-400-normal.woff2",
    "@fontsource/be-vietnam-pro/files/be-vietnam-pro-vietnamese-600-normal.woff2",
    "bpmn-js/dist/assets/bpmn-js.css",
    "bpmn-js/dist/assets/diagram-js.css",
    "bpmn-js/dist/bpmn-navigated-viewer.production.min.js",
    "echarts/dist/echarts.common.min.js",
    "htmx.org/dist/htmx.min.js",
)


class VendorFinder(BaseFinder):
    """Serves `FILES` of the folder FRONTEND_DIR (where npm put the packages) under `vendor/`."""

    def __init__(self, *_: Any, **__: Any) -> None:
        self.folder = Path(settings.FRONTEND_DIR)
        self.storage = FileSystemStorage(location=str(self.folder))
        self.storage.prefix = PREFIX  # type: ignore[attr-defined]

    def check(self, **_: Any) -> list[Any]:
        """Nothing to check: a package that is not installed is announced by `lienthong doctor`."""
        return []

    def find(self, path: str, find_all: bool = False, **_: Any) -> Any:
        """The file behind `path`, or an empty list."""
        name = path.removeprefix(f"{PREFIX}/")
        file = self.folder / name
        if name == path or name not in FILES or not file.is_file():
            return []
        return [str(file)] if find_all else str(file)

    def list(self, ignore_patterns: Iterable[str] | None) -> Iterator[tuple[str, Storage]]:
        """Each file that is there, with the storage that reads it."""
        for name in FILES:
            if (self.folder / name).is_file():
                yield name, self.storage
