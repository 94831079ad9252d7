"""USERNAME: the name under which a person logs in."""

from __future__ import annotations

from collections.abc import Iterable

from piiguard.recognizers.base import Rule, moved
from piiguard.recognizers.checks import username
from piiguard.recognizers.checks.username import FoundUsername
from piiguard.recognizers.labels import phrases

__all__ = ["RULE"]


def find(text: str) -> Iterable[FoundUsername]:
    """Find names of accounts."""
    return username.find(text)


RULE = Rule(
    entity="USERNAME",
    name="KzUsernameRecognizer",
    about="Finds names of accounts where a label, a key or a program's sentence calls them so; accounts of the system are none.",
    find=find,
    context=phrases(
        "login; login name; user; user name; username; usr; logname; account name; account login; user login; samaccountname",
        "nick; nickname; remote user; uname; логин; имя пользователя; учётная запись; учетная запись; пользователь",
        "пайдаланушы; пайдаланушы аты; тіркелгі; логині; paidalanushy; paidalanushy aty",
    ),
    gain=0.5,
    prefilter=username.PREFILTER,
)
__getattr__ = moved("KzUsernameRecognizer")
