"""Where the pages' own files are served from."""

from __future__ import annotations

from whitenoise.storage import CompressedManifestStaticFilesStorage  # type: ignore[import-untyped]


class StaticStorage(CompressedManifestStaticFilesStorage):  # type: ignore[misc]
    """Compressed files under names that change with their content, so that browsers keep them for ever.

    Before `collectstatic` has run (tests, development) there are no such names: the plain ones serve.
    """

    def stored_name(self, name: str) -> str:
        """The name with its hash, or the plain one."""
        return str(super().stored_name(name)) if self.hashed_files else name

    def url(self, name: str | None, force: bool = False) -> str:
        """The address, with "@" as the stylesheets write it: spelt in two ways, a file is fetched twice."""
        return str(super().url(name, force)).replace("%40", "@")
