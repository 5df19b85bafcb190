"""Where the pages' own files are served from."""

from __future__ import annotations

from typing import Any

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed files under names that change with their content, so that browsers keep them for ever.

    Before `collectstatic` has run (tests, development) there are no such names: the plain ones serve.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._addresses: dict[str, str] = {}

    def stored_name(self, name: str) -> str:
        """The name with its hash, or the plain one."""
        return str(super().stored_name(name)) if self.hashed_files else name

    def url(self, name: str | None, force: bool = False) -> str:
        """The address, with "@" as the stylesheets write it: spelt in two ways, a file is fetched twice.

        Found once: a page asks forty times, and the names change only with the installation.
        """
        if force or not self.hashed_files or name is None:
            return self._found(name, force)
        if name not in self._addresses:
            self._addresses[name] = self._found(name, force)
        return self._addresses[name]

    def _found(self, name: str | None, force: bool) -> str:
        return str(super().url(name, force)).replace("%40", "@")
