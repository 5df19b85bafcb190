"""Webhooks over HTTP: one connection per message, to an address that was checked, within one time limit."""

from __future__ import annotations

import socket
import ssl
import time
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from ipaddress import ip_address
from typing import Any

import httpcore
from django.conf import settings

from lienthong.axis.ports import Failed, Taken
from lienthong.axis.webhook_problems import (
    CERTIFICATE,
    FORBIDDEN,
    REDIRECTED,
    REFUSED,
    TIMED_OUT,
    UNREACHABLE,
    Network,
    may_be_called,
)

CONNECT_SECONDS = 5.0
TOTAL_SECONDS = 15.0  # the specification recommends 15 to 30
Resolver = Callable[[str, int], list[str]]


class _Forbidden(Exception):
    """The name stands for an address that is not called."""


def resolve(host: str, port: int) -> list[str]:
    """The addresses of the host, as the system finds them, each once; raises `OSError`."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class HttpWebhooks:
    """Fulfils `WebhookPort`. Environment proxies are not used: they would connect to what was not checked."""

    def __init__(
        self,
        *,
        allowed: list[Network],
        total_seconds: float = TOTAL_SECONDS,
        resolver: Resolver = resolve,
    ) -> None:
        """`allowed`: private networks that may be called all the same."""
        self._allowed, self._total, self._resolver = allowed, total_seconds, resolver

    def post(self, address: str, *, headers: Mapping[str, str], body: bytes) -> Taken | Failed:
        """POST and read the status line and headers; the connection is closed before any body is read."""
        backend = _CheckedBackend(self._allowed, self._resolver, time.monotonic() + self._total)
        own = {"Content-Type": "application/json", "User-Agent": "lienthong-webhooks/1"}
        sent: list[tuple[bytes | str, bytes | str]] = [*own.items(), *headers.items()]
        timeouts = dict.fromkeys(("connect", "read", "write", "pool"), min(CONNECT_SECONDS, self._total))
        pool = httpcore.ConnectionPool(ssl_context=_tls(), network_backend=backend, retries=0)
        try:
            with (
                pool,
                pool.stream(
                    "POST", address, headers=sent, content=body, extensions={"timeout": timeouts}
                ) as response,
            ):
                return _judge(response.status)
        except _Forbidden as error:
            return Failed(FORBIDDEN, str(error))
        except httpcore.TimeoutException as error:
            return Failed(TIMED_OUT, type(error).__name__)
        except (httpcore.ConnectError, ssl.SSLError) as error:
            bad_certificate = "CERTIFICATE_VERIFY_FAILED" in str(error)
            return Failed(CERTIFICATE if bad_certificate else UNREACHABLE, str(error)[:200])
        except (
            httpcore.NetworkError,
            httpcore.ProtocolError,
            httpcore.UnsupportedProtocol,
            OSError,
        ) as error:
            return Failed(UNREACHABLE, (str(error) or type(error).__name__)[:200])


def connect_webhooks() -> HttpWebhooks:
    """The sender of this installation."""
    return HttpWebhooks(allowed=settings.ENV.axis_webhook_networks)


def _judge(status: int) -> Taken | Failed:
    if 200 <= status < 300:
        return Taken(status)
    return Failed(REDIRECTED if 300 <= status < 400 else REFUSED, f"HTTP {status}")


@cache
def _tls() -> ssl.SSLContext:
    """The system's authorities; `SSL_CERT_FILE` names others."""
    return ssl.create_default_context()


class _CheckedBackend(httpcore.SyncBackend):
    """Resolves a name once, checks every address it stands for, and connects to one of just those."""

    def __init__(self, allowed: list[Network], resolver: Resolver, deadline: float) -> None:
        self._allowed, self._resolver, self._deadline = allowed, resolver, deadline

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address that answers; raises `_Forbidden` if any must not be called."""
        addresses = [ip_address(text.partition("%")[0]) for text in self._addresses(host, port)]
        for address in addresses:
            if not may_be_called(address, self._allowed):
                raise _Forbidden(f"{host} is {address}")
        failure: httpcore.ConnectError | httpcore.ConnectTimeout = httpcore.ConnectError(
            f"{host} has no address"
        )
        for address in addresses:
            try:
                stream = super().connect_tcp(
                    str(address), port, _left(self._deadline, timeout), local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
                continue
            return _TimedStream(stream, self._deadline)
        raise failure

    def _addresses(self, host: str, port: int) -> list[str]:
        try:
            return self._resolver(host, port)
        except (OSError, UnicodeError) as error:
            raise httpcore.ConnectError(f"{host} cannot be resolved: {error}") from error


class _TimedStream(httpcore.NetworkStream):
    """A stream whose every wait ends at the deadline, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, deadline: float) -> None:
        self._stream, self._deadline = stream, deadline

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """As the stream reads."""
        return self._stream.read(max_bytes, _left(self._deadline, None))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """As the stream writes."""
        self._stream.write(buffer, _left(self._deadline, None))

    def close(self) -> None:
        """End the connection."""
        self._stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """TLS for the name in the address, not for the number that was connected to."""
        tls = self._stream.start_tls(ssl_context, server_hostname, _left(self._deadline, None))
        return _TimedStream(tls, self._deadline)

    def get_extra_info(self, info: str) -> Any:
        """As the stream knows it."""
        return self._stream.get_extra_info(info)


def _left(deadline: float, timeout: float | None) -> float:
    """Seconds until the deadline, at most `timeout`; raises `TimeoutException` when there are none."""
    left = deadline - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time for the whole message is over")
    return left if timeout is None else min(left, timeout)
