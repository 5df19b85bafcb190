"""A plain tus client for the tests of uploads: one call per function, nothing retried."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, field
from typing import Any

from django.test import Client

from lienthong.axis.models import ConnectedSystem
from lienthong.axis.tests.factories import bearer

UPLOADS = "/axis/v1/uploads"
TUS = {"Tus-Resumable": "1.0.0"}
BYTES = "application/offset+octet-stream"


def checksum_of(content: bytes, algorithm: str = "sha256") -> str:
    """The header of a checksum."""
    return f"{algorithm} {base64.b64encode(hashlib.new(algorithm, content).digest()).decode()}"


@dataclass
class Tus:
    """Speaks for one system; answers are Django's responses."""

    client: Client
    system: ConnectedSystem
    headers: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        self.headers = bearer(self.system) | TUS

    def create(self, length: object, **extra: str) -> Any:
        headers = self.headers | {"Upload-Length": str(length)} | named(extra)
        return self.client.generic("POST", UPLOADS, headers=headers)

    def opened(self, length: int) -> str:
        """The address of a new upload."""
        answer = self.create(length)
        assert answer.status_code == 201, answer.content
        return str(answer["Location"])

    def head(self, address: str) -> Any:
        return self.client.head(address, headers=self.headers)

    def patch(self, address: str, content: bytes, offset: object, *, media: str = BYTES, **extra: str) -> Any:
        headers = self.headers | {"Upload-Offset": str(offset)} | named(extra)
        body = {"CONTENT_TYPE": media, "CONTENT_LENGTH": str(len(content))}  # also where it is empty
        return self.client.generic("PATCH", address, content, headers=headers, **body)

    def delete(self, address: str) -> Any:
        return self.client.delete(address, headers=self.headers)

    def submit(self, address: str) -> Any:
        return self.client.post(f"{address}/packet", headers=self.headers)

    def uploaded(self, content: bytes) -> str:
        """The address of an upload that is complete."""
        address = self.opened(len(content))
        assert self.patch(address, content, 0).status_code == 204
        return address


def named(extra: dict[str, str]) -> dict[str, str]:
    """`upload_checksum` as `Upload-Checksum`."""
    return {name.replace("_", "-").title(): value for name, value in extra.items()}
