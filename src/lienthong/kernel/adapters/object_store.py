"""The object store behind the blobs: a local folder, or S3, Azure or GCS by an address."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

import obstore
from django.conf import settings
from obstore.store import LocalStore, ObjectStore, from_url

PART = 5 * 1024 * 1024  # the least S3 takes for a part that is not the last
READ = 1024 * 1024


class Objects:
    """Whole objects by key, written and read in parts; fulfils the same contract on every kind of store."""

    def __init__(self, store: ObjectStore, root: Path | None = None) -> None:
        self.store = store
        self.root = root

    def write(self, key: str, chunks: Iterable[bytes]) -> None:
        """Write the chunks as one object, durable on return; at most two parts of 5 MiB are held in memory.

        If `chunks` raises, no object is left. A local file's name is durable only once it is moved.
        """
        writer = obstore.open_writer(self.store, key, buffer_size=PART, max_concurrency=1)
        try:
            for chunk in chunks:
                writer.write(chunk)
        except BaseException:
            writer.close()
            self.delete([key])
            raise
        writer.close()
        self._sync(key, up=0)

    def read(self, key: str) -> Iterator[bytes]:
        """The object in chunks of about 1 MiB; raises `FileNotFoundError`."""
        for chunk in obstore.get(self.store, key).stream(min_chunk_size=READ):
            yield bytes(chunk)

    def has(self, key: str) -> bool:
        """Whether the object is there."""
        try:
            obstore.head(self.store, key)
        except FileNotFoundError:
            return False
        return True

    def move(self, source: str, target: str) -> None:
        """Give the object another key, replacing what is there."""
        obstore.rename(self.store, source, target)
        self._sync(str(Path(target).parent), up=1)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove the objects; those that are not there are passed over."""
        for key in keys:
            with suppress(FileNotFoundError):
                obstore.delete(self.store, key)

    def older_than(self, moment: datetime, prefix: str | None = None) -> Iterator[list[str]]:
        """Keys last written before `moment`, in sets of up to 1,000."""
        for found in obstore.list(self.store, prefix, chunk_size=1000):
            yield [item["path"] for item in found if item["last_modified"] < moment]

    def _sync(self, key: str, *, up: int) -> None:
        """Bring a local file or folder, and `up` above it, to the disk: no receipt speaks of a lost file."""
        if self.root is None:
            return
        path = self.root / key
        for target in [path, *path.parents][: up + 1]:
            handle = os.open(target, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)


def configured_objects() -> Objects:
    """The store of this installation: `LIENTHONG_BLOBS_URL`, else the folder `blobs` in `LIENTHONG_VAR`."""
    env = settings.ENV
    return _connect(env.blobs_url, env.var / "blobs")


@cache
def _connect(url: str, folder: Path) -> Objects:
    if url and not url.startswith("file://"):
        return Objects(from_url(url))
    root = Path(url.removeprefix("file://")) if url else folder
    return Objects(LocalStore(root, mkdir=True), root)
