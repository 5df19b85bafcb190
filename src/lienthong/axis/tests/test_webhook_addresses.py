"""Which addresses a webhook may have: over HTTPS, and not inside."""

from __future__ import annotations

from ipaddress import ip_address, ip_network

import pytest

from lienthong.axis.webhook_problems import (
    AddressForbidden,
    AddressInvalid,
    AddressTooLong,
    check_address,
    may_be_called,
)

LOOPBACK = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
INSIDE = [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0",
    "224.0.0.1", "255.255.255.255", "192.0.2.1", "198.18.0.1", "::1", "::", "fe80::1", "fc00::1", "ff02::1",
    "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a9fe:a9fe::1",
    "2001:db8::1",
]  # fmt: skip


@pytest.mark.parametrize(
    "address",
    [
        "https://office.example/hook",
        "https://office.example:8443/a?b=c",
        "https://8.8.8.8/",
        "https://[2606:4700::1]/",
    ],
)
def test_a_public_https_address_is_taken(address: str) -> None:
    assert check_address(address, limit=2000, allowed=[]) == address


@pytest.mark.parametrize(
    "address",
    [
        "", "office.example", "/hook", "http://office.example/", "ftp://office.example/", "https://", "https:///x",
        "https://user@office.example/", "https://user:pass@office.example/", "https://office.example/#part",
        "https://office.example:0/", "https://office.example:99999/", "https://office.example:port/",
        "https://[::1", "https://bắc.example/", "https://office.example/a b",
        "https://office.example/\r\nX: y",
        "https://office.example/\0", "javascript:alert(1)", "file:///etc/passwd", "https://office.example\\@evil/",
        "http://8.8.8.8/", "http://localhost.evil.example/",
    ],
)  # fmt: skip
def test_what_is_no_https_address_is_refused(address: str) -> None:
    with pytest.raises(AddressInvalid):
        check_address(address, limit=2000, allowed=LOOPBACK)


@pytest.mark.parametrize("host", INSIDE)
def test_an_address_inside_is_refused(host: str) -> None:
    literal = f"[{host}]" if ":" in host else host
    with pytest.raises(AddressForbidden):
        check_address(f"https://{literal}/", limit=2000, allowed=[])
    assert not may_be_called(ip_address(host), [])


@pytest.mark.parametrize("address", ["http://localhost/", "https://localhost/", "https://a.localhost/"])
def test_this_machine_by_name_is_refused(address: str) -> None:
    with pytest.raises(AddressForbidden):
        check_address(address, limit=2000, allowed=[])


def test_an_allowed_network_may_be_called_and_only_loopback_without_tls() -> None:
    networks = [*LOOPBACK, ip_network("10.0.0.0/8")]
    for address in ("http://127.0.0.1:8080/x", "http://[::1]/", "http://localhost/", "https://10.1.2.3/"):
        assert check_address(address, limit=2000, allowed=networks) == address
    with pytest.raises(AddressInvalid):
        check_address("http://10.1.2.3/", limit=2000, allowed=networks)
    with pytest.raises(AddressForbidden):
        check_address("https://192.168.0.1/", limit=2000, allowed=networks)


def test_an_address_of_10000_characters_is_refused() -> None:
    with pytest.raises(AddressTooLong):
        check_address("https://office.example/" + "a" * 10_000, limit=2000, allowed=[])
