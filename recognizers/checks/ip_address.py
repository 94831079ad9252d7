"""Addresses of machines on the internet (IP-адрес), version 4 and 6.

Loopback, broadcast, multicast and unspecified addresses are nobody's. Those of an inner network (10/8, 172.16/12, 192.168/16,
169.254/16, fc00::/7, fe80::/10) are :attr:`IpAddress.private`: they tell a machine only to those who run its network.
Source: RFC 791, 1918, 4193, 4291, 6890, as the standard library reads them.

>>> validate("203.0.113.7"), validate("2001:DB8::7")
('203.0.113.7', '2001:db8::7')
>>> is_valid("256.0.113.7"), is_valid("127.0.0.1")
(False, False)
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address

from piiguard.frames import emptied
from piiguard.recognizers.checks.exceptions import InvalidComponent, InvalidFormat, passes
from piiguard.recognizers.checks.later import later

__all__ = ["IpAddress", "claim", "compact", "format", "is_valid", "parse", "validate"]

_SMALL = later(r"(?:[0-9]{1,2}\.){3}[0-9]{1,2}")
_INNER: tuple[IPv4Network | IPv6Network, ...] = (
    *map(IPv4Network, ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "100.64.0.0/10")),
    *map(IPv6Network, ("fc00::/7", "fe80::/10")),
)


@dataclass(frozen=True, slots=True)
class IpAddress:
    """Its version, 4 or 6, and whether it belongs to an inner network."""

    version: int
    private: bool


@emptied
def compact(number: str) -> str:
    """Strip blanks and the brackets that a port asks for.

    >>> compact("[2001:db8::7]")
    '2001:db8::7'
    """
    return number.strip().strip("[]")


@emptied
def validate(number: str) -> str:
    """Return the shortest spelling, or raise :class:`InvalidNumber`."""
    return format(number)


@emptied
def is_valid(number: str) -> bool:
    """Tell whether it is the address of a machine."""
    return passes(parse, number)


def claim(text: str) -> bool:
    """Tell whether it is one of the internet, and no four small numbers as versions and clauses have them.

    >>> claim("203.0.113.7"), claim("10.0.0.7"), claim("2.10.3.4")
    (True, False, False)
    """
    return is_valid(text) and not _SMALL.fullmatch(text) and not parse(text).private


@emptied
def parse(number: str) -> IpAddress:
    """Tell version and reach.

    >>> parse("192.168.0.7")
    IpAddress(version=4, private=True)
    """
    address = _read(number)
    if address.is_loopback or address.is_multicast or address.is_unspecified or str(address)[:2] == "0.":
        raise InvalidComponent("nobody", "no machine has this address for others")
    if address == ip_address("255.255.255.255"):
        raise InvalidComponent("nobody", "it is all machines")
    return IpAddress(address.version, _is_inner(address))


@emptied
def format(number: str) -> str:
    """Write it in its shortest spelling, in small letters."""
    parse(number)
    return str(_read(number))


def _is_inner(address: IPv4Address | IPv6Address) -> bool:
    return any(address.version == network.version and address in network for network in _INNER)


def _read(number: str) -> IPv4Address | IPv6Address:
    try:
        address = ip_address(compact(number))
    except ValueError as error:
        raise InvalidFormat("format", "four numbers to 255, or eight groups of hexadecimal digits") from error
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        return address.ipv4_mapped
    return address
