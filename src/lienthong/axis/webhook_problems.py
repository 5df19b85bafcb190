"""Why a webhook did not arrive: one code per reason, with its sentence; and what an address may be."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from urllib.parse import urlsplit

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lienthong.kernel.errors import Refusal

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

UNREACHABLE = "webhook-unreachable"
TIMED_OUT = "webhook-timed-out"
REFUSED = "webhook-refused"
REDIRECTED = "webhook-redirected"
CERTIFICATE = "webhook-certificate"
FORBIDDEN = "webhook-address-forbidden"
UNSEALED = "webhook-secret-unreadable"

PROBLEMS: dict[str, Promise] = {
    UNREACHABLE: _("No connection could be made to the recipient's system."),
    TIMED_OUT: _("The recipient's system did not answer in time."),
    REFUSED: _("The recipient's system answered with an error."),
    REDIRECTED: _("The recipient's system answered with another address, which is not followed."),
    CERTIFICATE: _("The recipient's system has no valid TLS certificate."),
    FORBIDDEN: _("The address of the recipient's system lies in a network that is not called from here."),
    UNSEALED: _("The axis cannot open the secret of the webhook. Its operator must set a new one."),
}
# Failures of the receiver as a whole, not of one message.
OF_THE_RECEIVER = frozenset({UNREACHABLE, TIMED_OUT, CERTIFICATE, FORBIDDEN, UNSEALED})

# Networks through which a IPv4 address is reached under an IPv6 one (RFC 6052).
_NAT64 = ip_network("64:ff9b::/96")


class AddressTooLong(Refusal):
    """The address of a webhook has too many characters."""

    code, status = "webhook-address-too-long", 422
    sentence = _("The address has %(length)s characters; at most %(limit)s are accepted.")


class AddressInvalid(Refusal):
    """The address of a webhook is not an absolute HTTPS address."""

    code, status = "webhook-address-invalid", 422
    sentence = _(
        "The address is not one that can be called. Give a whole HTTPS address without user name, password "
        "or fragment, such as https://office.example/axis-webhook."
    )


class AddressForbidden(Refusal):
    """The address of a webhook lies in a network that is not called."""

    code, status = FORBIDDEN, 422
    sentence = _(
        "The address %(host)s lies in a private or local network, which is not called from here. Give a "
        "public address, or ask the operator of the axis to allow the network "
        "(LIENTHONG_AXIS_WEBHOOK_NETWORKS)."
    )


def check_address(address: str, *, limit: int, allowed: list[Network]) -> str:
    """The address as it will be called; a host that is a name is checked again at every connection.

    Raises:
        AddressTooLong, AddressInvalid, AddressForbidden.
    """
    if len(address) > limit:
        raise AddressTooLong(field="address", length=len(address), limit=limit)
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise AddressInvalid(field="address") from error
    plain = address.isascii() and address.isprintable() and not set(address) & set(' "<>\\^`{|}')
    if not plain or not host or parts.username is not None or parts.fragment or port == 0:
        raise AddressInvalid(field="address")
    literal = _literal(host)
    if parts.scheme != "https" and not (parts.scheme == "http" and is_loopback(host)):
        raise AddressInvalid(field="address")
    if host == "localhost" or host.endswith(".localhost"):
        literal = IPv4Address("127.0.0.1")
    if literal is not None and not may_be_called(literal, allowed):
        raise AddressForbidden(field="address", host=host)
    return address


def may_be_called(address: Address, allowed: list[Network]) -> bool:
    """Whether the address is public, or in an allowed network; a wrapped IPv4 address counts as itself."""
    inner = _unwrapped(address)
    if any(inner in network for network in allowed):
        return True
    return inner.is_global and not inner.is_multicast


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, so that plain HTTP leaves nobody else to read it."""
    literal = _literal(host)
    return host == "localhost" or (literal is not None and _unwrapped(literal).is_loopback)


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _unwrapped(address: Address) -> Address:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), or the address itself."""
    if isinstance(address, IPv4Address):
        return address
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFFFFFF)
    teredo = address.teredo[1] if address.teredo else None
    return address.ipv4_mapped or address.sixtofour or teredo or address
