"""PERSON in Russian prose by a neural network: the extra ``ru``.

slovnet reads Russian sentences better than rules do and finds single surnames, but it takes Kazakh words for names
and knows nothing of forms, capitals and Latin letters. So only lines that are surely Russian prose go to it; what
it leaves, and all other lines, are read by the rules. Its weights and vectors come as files of the natasha
distribution, which is never imported: its morphology needs a module that setuptools no longer ships.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import cache
from importlib.metadata import PackageNotFoundError, files
from typing import Any

from piiguard.errors import MissingExtra
from piiguard.recognizers import names
from piiguard.recognizers.base import moved
from piiguard.recognizers.checks import person_name
from piiguard.recognizers.checks.name_words import classify
from piiguard.recognizers.checks.person_name import FoundName, is_something_else

__all__ = ["RULE", "find", "network"]

KAZAKH = re.compile("[әғқңөұүһіӘҒҚҢӨҰҮҺІ]")
# Words that Kazakh does not have and that hardly any Russian sentence lacks.
FUNCTION_WORD = re.compile(
    r"(?i)(?<![а-яё])(?:в|во|на|и|с|со|к|ко|у|о|об|от|до|по|за|из|не|но|что|как|это|для|при|его|её|ее|их|он|она|они|который"
    r"|которая|которые|был|была|были|также|после|перед|через|между|под|над|без|или|же)(?![а-яё])"
)
MODEL, VECTORS = "slovnet_ner_news_v1.tar", "navec_news_v1_1B_250K_300d_100q.tar"
LONGEST = 2000  # characters; the network takes time in proportion, and no sentence is longer
FULL, SINGLE, SURE = 0.85, 0.55, 0.85


def find(text: str) -> list[FoundName]:
    """Find names by the network in Russian lines, by rules in the rest."""
    found, start = [], 0
    for line in text.split("\n"):
        if routed(line):
            found += [shifted(name, start) for name in both(line)]
        else:
            found += [shifted(name, start) for name in person_name.find(line)]
        start += len(line) + 1
    return found


RULE = replace(
    names.RULE,
    name="RussianPersonRecognizer",
    about="Stands in for :class:`KzPersonRecognizer` where Russian free text is read; about 300 KB a second.",
    find=find,
    prefilter=(),  # it finds single surnames too, which no prefilter can foresee: every line is looked at
)


def routed(line: str) -> bool:
    """Say whether a line is Russian prose, not capitals."""
    return (
        line.count(" ") > 2
        and len(line) <= LONGEST
        and not KAZAKH.search(line)
        and FUNCTION_WORD.search(line) is not None
        and not line.isupper()
    )


def both(line: str) -> list[FoundName]:
    """Join what the rules are sure of, what the network finds elsewhere, and what else the rules suspect.

    The network was trained on news: it cuts «surname, given name, patronymic» in two, which rules do not.
    """
    suspected = list(person_name.find(line))
    found = [name for name in suspected if name.score >= SURE]
    for others in (by_network(line), suspected):
        for name in others:
            if all(name.end <= known.start or known.end <= name.start for known in found):
                found.append(name)
    return found


def by_network(line: str) -> Iterator[FoundName]:
    """Find names by the network; a single word that is mostly something else is none."""
    for span in network()(line).spans:
        name = line[span.start : span.stop]
        single = " " not in name
        if span.type != "PER" or not name[:1].isupper() or (single and classify(name) in "AXYPW"):
            continue
        if not is_something_else(line, span.start, span.stop):
            yield FoundName(span.start, span.stop, SINGLE if single else FULL, "network", "")


def shifted(name: FoundName, start: int) -> FoundName:
    """Move a name found in a line to its place in the text."""
    return FoundName(name.start + start, name.end + start, name.score, name.rule, name.labels)


@cache
def network() -> Callable[[str], Any]:
    """Load slovnet's recognizer of names with its vectors."""
    try:
        from navec import Navec
        from slovnet import NER

        paths = {path.name: str(path.locate()) for path in files("natasha") or ()}
    except (ImportError, PackageNotFoundError) as missing:
        raise MissingExtra("ru", missing.name or "natasha") from None
    model: Any = NER.load(paths[MODEL])
    model.navec(Navec.load(paths[VECTORS]))
    return model  # type: ignore[no-any-return]


__getattr__ = moved("RussianPersonRecognizer")
