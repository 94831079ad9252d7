"""IP_ADDRESS: an address of a machine on the internet, and so of whoever sits before it."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import ip_address
from piiguard.recognizers.checks.later import later
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
# A version follows the name of what has it: Chrome/120.0.6099.129, package-1.2.3.4.
_BEFORE = r"(?<![0-9A-Za-zЀ-ԯ_.])(?<![0-9A-Za-z_][/-])(?<!№)"
_AFTER = r"(?![0-9A-Za-zЀ-ԯ_])(?![.][0-9])(?!-[0-9A-Za-z])(?!/[0-9]{1,2}(?![0-9./]))"
_REQUEST = later(r" - [^ ]{1,20}")  # whoever asks a web server stands first on its line
_GROUP = "[0-9a-f]{1,4}"


def _check(value: str) -> bool | None:
    """Refuse what is nobody's machine."""
    return None if ip_address.is_valid(value) else False


def _misplaced(value: str, before: str, after: str) -> tuple[float, str] | None:
    """Without a word for it an address of an inner network tells nobody, and four small numbers are a version or a clause."""
    if ip_address.claim(value) or (not before.strip() and _REQUEST.match(after)):
        return None
    return 0.25, "an address of an inner network, or a version's numbers"


RULE = Rule(
    entity="IP_ADDRESS",
    name="KzIpAddressRecognizer",
    about="Finds addresses of machines; those of an inner network only beside a word for them, versions and networks never.",
    patterns=(
        Pattern("version 4", rf"{_BEFORE}(?:{_OCTET}[.]){{3}}{_OCTET}{_AFTER}", 0.5),
        Pattern("version 6, in full", rf"(?<![0-9A-Za-z:.]){_GROUP}(?::{_GROUP}){{7}}(?![0-9A-Za-z:])", 0.6),
        # the internet's begin with 2 or 3, those of an inner network with f
        Pattern(
            "version 6, shortened",
            rf"(?<![0-9A-Za-z:.])(?:[23][0-9a-f]{{3}}|f[cde][0-9a-f]{{2}})(?::{_GROUP}){{0,6}}::(?:{_GROUP}(?::{_GROUP}){{0,5}})?(?![0-9A-Za-z:])",
            0.6,
        ),
    ),
    context=phrases(
        "ip; ip address; ip addr; ipaddress; ipaddr; ipv4; ipv6; client ip; remote ip; remote addr; remote address; user ip; source ip",
        "src ip; last ip; login ip; real ip; x real ip; x forwarded for; forwarded for; rhost; peer; client; clientip; remote host",
        "ip адрес; ip-адрес; айпи; айпи адрес; ip-мекенжай; vpn; wifi; wi-fi; вайфай; вай-фай; from; ip мекенжайы; ip мекенжай; mekenzhai ip",
    ),
    against=phrases(
        "версия; версии; версию; версией; вер.; сборка; нұсқа; нұсқасы; version; versions; ver; v; release; build; firmware; revision",
        "oid; snmp; пункт; п.; пп.; раздел; подпункт; статья; глава; тармақ; бөлім; clause; section; chapter; fw; sdk; driver; kernel",
        "маска; mask; netmask; subnet mask; gateway mask",
    ),
    misplaced=_misplaced,
    negatable=True,
    check=_check,
)
__getattr__ = moved("KzIpAddressRecognizer")
