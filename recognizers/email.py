"""EMAIL_ADDRESS, without asking the network for a list of suffixes."""

from __future__ import annotations

from piiguard.recognizers.base import Pattern, Rule, moved
from piiguard.recognizers.checks import email
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]

_LETTER = "0-9A-Za-zÀ-ɏЀ-ԯ"
_LOCAL = rf"[{_LETTER}_](?:[{_LETTER}_.+-]|['&!#](?=[{_LETTER}])){{0,63}}"
_DOMAIN = rf"[{_LETTER}](?:[{_LETTER}-]{{0,62}})(?:\.[{_LETTER}][{_LETTER}-]{{0,62}}){{1,6}}"
_SPELLED = _DOMAIN.replace(r"\.", r"(?:\.|[ ]?[(\[](?:dot|точка)[)\]][ ]?)")
# A user in a URL or an ssh path is no mailbox.
_BEFORE = rf"(?<![{_LETTER}_.+%@/:=-])(?<![{_LETTER}]['&!#])"
_AFTER = rf"(?![{_LETTER}_@])(?!:[/~])(?!-[{_LETTER}])"


def _check(value: str) -> bool | None:
    """Keep the pattern's score for a possible address, else drop the match."""
    if value.casefold().startswith(("git@", "hg@", "svn@")) or email.names_message(value):
        return False
    return None if email.is_valid(value) else False


def _doubt(value: str) -> tuple[float, str] | None:
    """The address of an office is contact data of an organisation."""
    return (0.25, "address of an office, not of a person") if email.parse(value).role else None


RULE = Rule(
    entity="EMAIL_ADDRESS",
    name="KzEmailRecognizer",
    about="Finds e-mail addresses, Cyrillic ones included.",
    patterns=(
        Pattern("address", rf"{_BEFORE}{_LOCAL}@{_DOMAIN}{_AFTER}", 0.8),
        Pattern(
            "address after a key or scheme",
            rf"(?<=[:=/])(?<!//)(?<!sip:)(?<!sips:)(?<!xmpp:)(?<!://[^ /@]{{0,64}}:){_LOCAL}@{_DOMAIN}{_AFTER}",
            0.8,
        ),
        Pattern("percent-encoded", rf"(?<![{_LETTER}_.+-]){_LOCAL}%40{_DOMAIN}{_AFTER}", 0.7),
        *(
            # one pattern each: a literal lets the engine skip all other text
            Pattern("spelled out", rf"{_BEFORE}{_LOCAL}[ ]?{at}[ ]?{_SPELLED}{_AFTER}", 0.4)
            for at in (r"\(at\)", r"\[at\]", r"\(собака\)", r"\[собака\]")
        ),
    ),
    context=phrases(
        "почта; эл. почта; электронная почта; адрес электронной почты; e-mail; емейл; имейл; мейл; эл. адрес",
        "электрондық пошта; эл. пошта; пошта; электрондық мекенжай; elektrondyq poshta; poshta; pochta",
        "email; mail; mailto; email address; e mail",
    ),
    gain=0.15,
    prefilter=("[^ ]@[^ ]", "%40", r"[(\[](?:at|собака)[)\]]"),
    check=_check,
    doubt=_doubt,
)
__getattr__ = moved("KzEmailRecognizer")
