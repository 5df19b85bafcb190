"""The object store behind the blobs: a local folder, or S3, Azure or GCS by an address."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from datetime import datetime
from functools import cache
from pathlib import Path

import obstore
from django.conf import settings
from obstore.store import LocalStore, ObjectStore, from_url

PART = 5 * 1024 * 1024  # the least S3 takes for a part that is not the last
READ = 1024 * 1024
FEW = 2
_SYNCFS = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)  # Linux; elsewhere each file by itself


class Objects:
    """Whole objects by key, written and read in parts; fulfils the same contract on every kind of store."""

    def __init__(self, store: ObjectStore, root: Path | None = None) -> None:
        self.store = store
        self.root = root

    def write(self, key: str, chunks: Iterable[bytes]) -> None:
        """Write the chunks as one object; at most two parts of 5 MiB are held in memory.

        If `chunks` raises, no object is left. A local file survives a crash only once it is settled.
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

    def settle(self, keys: Collection[str]) -> None:
        """Bring the contents of local objects to the disk, before anything names them."""
        self._sync({self.root / key for key in keys} if self.root else ())

    def settle_names(self, keys: Collection[str]) -> None:
        """Bring the names of local objects to the disk: each lies two folders deep, and both may be new."""
        folders = {(self.root / key).parent for key in keys} if self.root else set()
        self._sync(folders | {folder.parent for folder in folders})

    def _sync(self, paths: Collection[Path]) -> None:
        """Each path by itself; several with their whole file system, which costs about as much as one."""
        if len(paths) > FEW and _SYNCFS and self.root:
            handle = os.open(self.root, os.O_RDONLY)
            try:
                if _SYNCFS(handle):
                    raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()), str(self.root))
            finally:
                os.close(handle)
            return
        for path in paths:
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    def delete(self, keys: Iterable[str]) -> None:
        """Remove the objects; those that are not there are passed over."""
        for key in keys:
            with suppress(FileNotFoundError):
                obstore.delete(self.store, key)

    def older_than(self, moment: datetime, prefix: str | None = None) -> Iterator[list[str]]:
        """Keys last written before `moment`, in sets of up to 1,000."""
        for found in obstore.list(self.store, prefix, chunk_size=1000):
            yield [item["path"] for item in found if item["last_modified"] < moment]


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
