"""Turns the merged statistics of a table into findings: by shares and chance, never by a single hit."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from piiguard.confidence import Confidence, rank
from piiguard.detect import headers, whole_names
from piiguard.detect.cell import ACCOUNT
from piiguard.detect.headers import context, labelled
from piiguard.entities import (
    CARD_UNKNOWN,
    CREDIT_CARD,
    DATE,
    EMAIL_ADDRESS,
    IBAN_CODE,
    IIN_ZEROS_LOST,
    IP_ADDRESS,
    KZ_BIN,
    KZ_BIRTH_DATE,
    KZ_DOCUMENT_DATE,
    KZ_ID_CARD,
    KZ_IIN,
    KZ_PHONE,
    PERSON,
    PHONE_BARE,
    PHONE_GROUPED,
    PHONE_SHORT,
)
from piiguard.scan import inside
from piiguard.scan.chance import CERTAIN, CHANCE, CHECKED, evidence
from piiguard.scan.reason import Reason, because, percent
from piiguard.scan.statistics import Alike, Statistics, Tally
from piiguard.scan.words import NAMES, WORDS

__all__ = ["Verdict", "judge"]

_BY_NAME_ONLY = frozenset({KZ_ID_CARD})
_BY_FORM = frozenset({KZ_PHONE, EMAIL_ADDRESS, IBAN_CODE})
_PHONES, _SHORTENED, _CARDS = (11, 13, 14), (9, 10, 11), range(13, 20)
_MANY_TIMES = 3
# An entity, the claims that speak for it, and how many digits the numbers have that they are weighed against. The sure claim
# is weighed by itself first: a number that a shortened one passes for by chance must not water it down.
_CLAIMS: tuple[tuple[str, tuple[str, ...], Iterable[int]], ...] = (
    (KZ_IIN, (KZ_IIN,), (12,)),
    (KZ_IIN, (KZ_IIN, IIN_ZEROS_LOST), (12, *_SHORTENED)),
    (KZ_BIN, (KZ_BIN,), (12,)),
    (KZ_PHONE, (KZ_PHONE, PHONE_GROUPED, PHONE_BARE), _PHONES),
    (KZ_PHONE, (KZ_PHONE, PHONE_GROUPED, PHONE_BARE, PHONE_SHORT), (*_PHONES, 10)),
    (CREDIT_CARD, (CREDIT_CARD,), _CARDS),
    (CREDIT_CARD, (CREDIT_CARD, CARD_UNKNOWN), _CARDS),
    (IBAN_CODE, (IBAN_CODE,), (ACCOUNT,)),
    (EMAIL_ADDRESS, (EMAIL_ADDRESS,), ()),
    (KZ_ID_CARD, (KZ_ID_CARD,), (9,)),
    (IP_ADDRESS, (IP_ADDRESS,), ()),
)
_MOST = 0.8


@dataclass(frozen=True, slots=True)
class Verdict:
    """What one place holds."""

    entity: str
    confidence: Confidence
    score: float
    matched: int
    examined: int
    masked: str
    reasons: tuple[Reason, ...]
    distinct: int | None = None


def judge(column: str, path: str | None, statistics: Statistics) -> list[Verdict]:
    """The entities of a column or JSON path, each with its confidence and the reason for it."""
    if not statistics.examined:
        return []
    hints = headers.promised(column, path)
    promised = hints | labelled(context(column, path))
    found: dict[str, Verdict] = {}
    for verdict in (
        *_numbers(statistics, promised),
        *_names(column, path, statistics, hints),
        *_dates(statistics, promised),
        *_prose(statistics, hints),
    ):
        known = found.get(verdict.entity)
        if known is None or _weight(verdict) > _weight(known):
            found[verdict.entity] = verdict
    found.update((v.entity, v) for v in _by_name(statistics, hints, found))
    return sorted(_resolved(found), key=lambda v: (*(-each for each in _weight(v)), v.entity))


def _weight(verdict: Verdict) -> tuple[int, int]:
    return rank(verdict.confidence), verdict.matched


def _numbers(statistics: Statistics, promised: frozenset[str]) -> Iterator[Verdict]:
    """Cells that are a number, an address of mail or another checked value and nothing else."""
    for entity, claims, sizes in _CLAIMS:
        present = [claim for claim in claims if claim in statistics.tallies]
        if (entity in _BY_NAME_ONLY or PHONE_SHORT in claims) and entity not in promised:
            continue
        tallies = [statistics.tallies[claim] for claim in present if statistics.tallies[claim].whole]
        if tallies:
            chance = max(CHANCE[claim] for claim in present)
            verdict = _share(entity, statistics, tallies, chance, entity in promised, sizes)
            if verdict and present == [PHONE_BARE] and entity not in promised:
                verdict = _at_most_medium(verdict, because("bare"))
            if (verdict is None or verdict.confidence == "low") and entity in _BY_FORM:
                verdict = next(_by_form(entity, present, statistics, _alike(statistics, sizes)), verdict)
            if verdict:
                yield verdict


def _by_form(
    entity: str, present: list[str], statistics: Statistics, alike: list[Alike]
) -> Iterator[Verdict]:
    """A phone with its plus or brackets, an address of mail: no statistics needed, here as little as in a text. An account
    wants more of its form than luck gives, and a phone told by its groups alone half of the numbers as long."""
    cells = sum(each.cells for each in alike)
    for claim in present:
        tally = statistics.tallies[claim]
        if claim == IBAN_CODE and tally.whole <= _MANY_TIMES * CHANCE[claim] * cells:
            continue
        if claim == entity or (claim == PHONE_GROUPED and 2 * tally.whole >= cells):
            why = because("form", share=percent(tally.whole, statistics.examined))
            yield Verdict(entity, "medium", 0.6, tally.whole, statistics.examined, tally.shown, (why,))


def _share(
    entity: str,
    statistics: Statistics,
    tallies: list[Tally],
    chance: float,
    named: bool,
    sizes: Iterable[int],
) -> Verdict | None:
    alike = _alike(statistics, sizes)
    matched = sum(tally.whole for tally in tallies)
    share = matched / statistics.examined
    kindred = _kindred(statistics, tallies, alike, sizes) if alike else tallies
    cells = sum(each.cells for each in alike)
    own = max(share, min(1.0, sum(tally.whole for tally in kindred) / cells)) if alike else share
    luck = evidence(statistics, kindred, chance, alike)
    confidence = _confidence(share, own, luck, named)
    if matched >= 3 and confidence != "high" and _explained(statistics):
        confidence = "high"
    if confidence is None:
        return None
    masked = max(tallies, key=lambda tally: (tally.best, tally.example)).shown
    passed = because("share", share=percent(matched, statistics.examined))
    beside = (because("alike", share=percent(round(own * 1000), 1000)),) if own > share else ()
    return Verdict(
        entity,
        confidence,
        _score(confidence, share),
        matched,
        statistics.examined,
        masked,
        (passed, *beside, _chance(luck), *_agreeing(named)),
        None if any(tally.distinct.full for tally in tallies) else sum(t.distinct.count for t in tallies),
    )


def _alike(statistics: Statistics, sizes: Iterable[int]) -> list[Alike]:
    return [statistics.numbers[size] for size in sizes if size in statistics.numbers]


def _kindred(
    statistics: Statistics, tallies: list[Tally], alike: list[Alike], sizes: Iterable[int]
) -> list[Tally]:
    """All that numbers of this shape are, persons and companies, where luck does not explain so many; else these alone."""
    kinds = {claim for _, claims, own in _CLAIMS if set(own) == set(sizes) for claim in claims}
    all_ = [statistics.tallies[claim] for claim in sorted(kinds & statistics.tallies.keys())]
    sure = len(all_) > len(tallies) and evidence(statistics, all_, max(CHANCE.values()), alike) < CERTAIN
    return all_ if sure else tallies


def _explained(statistics: Statistics) -> bool:
    """Whether several entities together account for the column: owners that are persons and companies,
    contacts that are phones and addresses of mail."""
    tallies = [
        tally
        for claim, tally in statistics.tallies.items()
        if claim in CHECKED or claim in (PHONE_BARE, PHONE_GROUPED, IIN_ZEROS_LOST)
    ]
    covered = sum(tally.whole for tally in tallies) / statistics.examined
    return covered >= _MOST and evidence(statistics, tallies, max(CHANCE.values())) < CERTAIN


def _confidence(share: float, own: float, luck: float, named: bool) -> Confidence | None:
    """From the share among all cells, the share among those of the same shape, and the luck that this would need."""
    if share >= _MOST and (luck < CERTAIN or (named and luck < 1e-2)):
        return "high"
    if luck < CERTAIN:
        return "medium" if own >= 0.5 or named else "low"
    if named:  # each of them alone would be sure, so none is left out
        return "medium" if own >= 0.5 else "low"
    return None


def _names(column: str, path: str | None, statistics: Statistics, hints: frozenset[str]) -> Iterator[Verdict]:
    """Columns of whole names, by the mean score of their cells."""
    tally = statistics.tallies.get(NAMES)
    if not tally or not statistics.named or statistics.values.count < 3:
        return
    mean = statistics.points / 1000 / statistics.named
    matched = round(statistics.texts * tally.whole / statistics.named)
    telling = PERSON in hints
    one_word = headers.single_name(headers.last_name(column, path))
    if statistics.texts < 0.5 * statistics.offered or (matched < 10 and not telling):
        return
    confidence = whole_names.confidence(mean, named=telling, hinted=bool(hints), one_word=one_word)
    if confidence:
        score = _score(confidence, min(mean, 1.0))
        why = because("names", mean=round(mean, 2), count=statistics.named), *_agreeing(telling)
        yield Verdict(PERSON, confidence, score, matched, statistics.offered, tally.shown, why)


def _dates(statistics: Statistics, hints: frozenset[str]) -> Iterator[Verdict]:
    """Columns of dates of which the name says what they are dates of."""
    for entity, claim in ((KZ_BIRTH_DATE, KZ_BIRTH_DATE), (KZ_DOCUMENT_DATE, DATE)):
        tally = statistics.tallies.get(claim)
        if tally and entity in hints and tally.whole >= 0.5 * statistics.examined:
            why = because("dated")
            yield Verdict(entity, "medium", 0.6, tally.whole, statistics.examined, tally.shown, (why,))


def _prose(statistics: Statistics, hints: frozenset[str]) -> Iterator[Verdict]:
    """Texts that hold an entity: labelled hits count by themselves, bare ones against chance."""
    for claim, tally in statistics.tallies.items():
        if " " in claim or not tally.best[0]:
            continue
        searched = max(1, statistics.asked if claim in WORDS else statistics.examined)
        share = tally.cells / searched
        confidence = inside.confidence(claim, statistics, tally, share, hints)
        if confidence:
            score = _score(confidence, share if confidence == "high" else 0)
            best = tally.best[0] if confidence == "high" else 0.0
            why = because("labelled", share=percent(tally.cells, searched), labelled=tally.strong)
            score = round(min(max(score, best), 0.99), 2)
            yield Verdict(claim, confidence, score, tally.cells, searched, tally.shown, (why,))


def _by_name(statistics: Statistics, hints: frozenset[str], found: dict[str, Verdict]) -> Iterator[Verdict]:
    """A telling name over values that fail is said, as low, not dropped."""
    plain = statistics.examined - statistics.protected - statistics.digests.total()
    for entity in sorted(hints & headers.EXACT):
        if entity not in found and not found and plain > 0 and statistics.values.count > 2:
            why = (because("only_named", entity=entity),)
            yield Verdict(entity, "low", 0.3, 0, statistics.examined, "", why)


def _resolved(found: dict[str, Verdict]) -> Iterator[Verdict]:
    """A column that is one thing for certain is not reported as another by some of its cells."""
    sure = {v.entity for v in found.values() if v.confidence == "high" and v.entity in CHECKED}
    for verdict in found.values():
        if verdict.confidence == "low" and sure - {verdict.entity}:
            continue
        yield verdict


def _at_most_medium(verdict: Verdict, why: Reason) -> Verdict:
    if verdict.confidence != "high":
        return verdict
    return replace(verdict, confidence="medium", score=0.6, reasons=(*verdict.reasons, why))


def _score(confidence: Confidence, share: float) -> float:
    if confidence == "high":
        return round(0.75 + 0.24 * min(share, 1.0), 2)
    return 0.6 if confidence == "medium" else 0.3


def _chance(luck: float) -> Reason:
    return because("excluded") if luck < CERTAIN else because("luck", probability=float(f"{luck:.1g}"))


def _agreeing(named: bool) -> tuple[Reason, ...]:
    return (because("named"),) if named else ()
