"""Says of each column what it holds and whether that is protected: statistics and verdicts to findings."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from piiguard import entities
from piiguard.confidence import Confidence, at_least
from piiguard.detect import headers
from piiguard.detect.cell import entity_of
from piiguard.entities import UNASKED
from piiguard.manifest import Manifest
from piiguard.read.part import together
from piiguard.scan.ciphers import OPAQUE
from piiguard.scan.finding import Finding, Protection
from piiguard.scan.judge import Verdict, judge
from piiguard.scan.neighbours import weigh
from piiguard.scan.reason import Reason, because
from piiguard.scan.sketch import Sketch
from piiguard.scan.statistics import MOST_KEYS, Partials, Statistics
from piiguard.scan.words import BESIDE, WORDS

__all__ = ["UNKNOWN", "Place", "findings_of", "with_records"]

UNKNOWN = "UNKNOWN"
"""The entity of ciphertext in a column whose name tells nothing."""

_KEYED = frozenset({"hmac", "bidx", "index", "token", "tokenized"})
_ENCRYPTED = frozenset({"enc", "encripted", "cipher", "ciphertext"})
_SHARE = 0.5
_TINK = "Tink"
_LEAST = 8
"""Values for each key id that make a prefix more than chance."""


@dataclass(frozen=True, slots=True)
class Place:
    """One column or JSON path of a table, as the manifest and the reports name it."""

    target: str
    table: str
    column: str
    path: str | None = None
    comment: str = ""

    def finding(self, verdict: Verdict, protection: Protection, plain: int | None = None) -> Finding:
        return Finding(
            target=self.target,
            kind="column",
            entity=verdict.entity,
            confidence=verdict.confidence,
            score=verdict.score,
            matched=verdict.matched,
            examined=verdict.examined,
            protection=protection,
            masked=verdict.masked,
            table=self.table,
            column=self.column,
            path=self.path,
            reasons=verdict.reasons,
            plain_rows=plain,
            distinct=verdict.distinct,
        )


def with_records(finding: Finding, rows: int, read: int) -> Finding:
    """Say how many rows of a table it concerns: those ``read`` stand for all ``rows``."""
    told = finding.matched if finding.records is None else finding.records
    held = told if finding.plain_rows is None else finding.plain_rows
    if not read or rows == read:
        return replace(finding, records=held)
    return replace(finding, records=round(held * rows / read), distinct=None)


def findings_of(
    target: str,
    table: str,
    partials: Partials,
    *,
    manifest: Manifest | None = None,
    comments: dict[str, str] | None = None,
    min_confidence: Confidence = "medium",
    entities: Collection[str] | None = None,
) -> list[Finding]:
    """Judge the merged statistics of one table; of ``entities`` only, if they are given."""
    found: list[Finding] = []
    indexes = {c.index for c in manifest.columns if c.table == table} if manifest else set()
    for (column, path), statistics in partials.items():
        if column not in indexes:
            place = Place(target, table, column, path, (comments or {}).get(column, ""))
            listed = bool(manifest and path is None and manifest.find(table, column))
            found.extend(
                replace(_of_all(finding, statistics, entities), sketch=_persons(finding.entity, statistics))
                for finding in _of_place(place, statistics, listed)
            )
    return [
        f
        for f in (_unasked(each, entities or ()) for each in weigh(found))
        if (f.protection != "none" or at_least(f.confidence, min_confidence))
        and (entities is None or f.entity in entities or f.entity == UNKNOWN)
    ]


def _unasked(finding: Finding, asked: Collection[str]) -> Finding:
    """What nobody asked for by its name, and every log is full of, is told as low."""
    if finding.entity not in UNASKED or finding.entity in asked:
        return finding
    return replace(finding, confidence="low", score=min(finding.score, 0.3))


def _of_all(finding: Finding, statistics: Statistics, asked: Collection[str] | None) -> Finding:
    """Say of a settled place what was settled, and let the cells that were searched for words stand for the others."""
    plain, searched = statistics.examined - statistics.protected, statistics.asked
    if finding.plain_rows is not None or not 0 < searched < plain:
        return finding
    words = BESIDE if asked is None else BESIDE.intersection(asked)
    finding = replace(finding, settled=tuple(sorted(words)), rows_searched=searched, rows_total=plain)
    if finding.entity not in WORDS:
        return finding
    why = because("settled", searched=f"{searched:,}", total=f"{plain:,}")
    records = round(finding.matched * plain / searched)
    return replace(finding, records=records, distinct=None, reasons=(*finding.reasons, why))


def _persons(entity: str, statistics: Statistics) -> Sketch | None:
    found: Sketch | None = None
    for claim, tally in statistics.tallies.items():
        if entity_of(claim) == entity:
            found = together(found, tally.persons)
    return found


def _of_place(place: Place, statistics: Statistics, listed: bool) -> Iterator[Finding]:
    sealed, tools = _sealed(place, statistics)
    plain = statistics.examined - sealed
    verdicts = judge(_label(place), place.path, replace(statistics, examined=plain)) if plain else []
    if sealed and not plain:
        yield place.finding(_ciphertext(place, sealed, statistics, tools), "encrypted")
    elif sealed and (statistics.sealed or listed or sealed >= _SHARE * statistics.examined):
        for verdict in verdicts or [_ciphertext(place, sealed, statistics, tools)]:
            left = because("plain_left", plain=plain, examined=statistics.examined)
            reasons = left, *verdict.reasons
            verdict = replace(verdict, reasons=reasons, confidence="high", examined=statistics.examined)
            yield place.finding(verdict, "partial", plain)
    elif listed and plain:
        for verdict in verdicts or [Verdict(_entity(place), "high", 1.0, plain, statistics.examined, "", ())]:
            verdict = replace(verdict, reasons=(because("listed"), *verdict.reasons), confidence="high")
            yield place.finding(verdict, "none", plain)
    else:
        yield from (place.finding(verdict, "none") for verdict in verdicts)
        yield from _hashes(place, statistics)


def _sealed(place: Place, statistics: Statistics) -> tuple[int, list[str]]:
    """How many values are ciphertext, and of which tools."""
    known = {tool: count for tool, count in statistics.ciphers.items() if tool != OPAQUE}
    opaque, digests = statistics.ciphers[OPAQUE], statistics.digests.total()
    if digests and not statistics.proofs and not _ENCRYPTED.isdisjoint(headers.words(place.column)):
        # AES-CBC of an IIN has as many bytes as SHA-256; the name says which of the two it is
        opaque, digests = max(opaque, digests), 0
    told = headers.treated(place.column) or bool(headers.promised(_label(place), place.path))
    if _of_tink(statistics, opaque):
        known[_TINK] = opaque
    elif opaque and told and opaque >= 0.9 * statistics.examined and not digests:
        known[OPAQUE] = opaque
    tools = sorted(known, key=lambda tool: -known[tool])
    return statistics.sealed + sum(known.values()), (["piiguard"] if statistics.sealed else []) + tools


def _of_tink(statistics: Statistics, opaque: int) -> bool:
    """Whether all that bears no other mark begins with 01 and one of few key ids: by chance one value in 256 does."""
    keys = statistics.tink
    return len(keys) <= MOST_KEYS and keys.total() == opaque and opaque >= _LEAST * max(len(keys), 1)


def _ciphertext(place: Place, sealed: int, statistics: Statistics, tools: list[str]) -> Verdict:
    return Verdict(_entity(place), "high", 1.0, sealed, statistics.examined, "", _made_by(tools))


def _made_by(tools: list[str]) -> tuple[Reason, ...]:
    named = ", ".join(tool for tool in tools if tool != OPAQUE)
    told = (because("cipher", tools=named),) if named else ()
    return (*told, because("unmarked")) if OPAQUE in tools else told


def _entity(place: Place) -> str:
    """What the name promises; ciphertext itself does not say what it holds."""
    return min(headers.promised(_label(place), place.path), default=UNKNOWN)


def _label(place: Place) -> str:
    return f"{place.column} {place.comment[:60]}" if place.comment else place.column


def _hashes(place: Place, statistics: Statistics) -> Iterator[Finding]:
    """Hashes of what can be guessed: without a key they are no protection.

    Whether a hash was keyed cannot be seen, except where the plaintext stands beside it. So a name that says so
    (``iin_hmac``, ``phone_bidx``) is believed until the column beside it proves the contrary, and any other is
    reported.
    """
    digests = statistics.digests.total()
    if not digests or digests < 0.8 * statistics.examined:
        return
    name = statistics.digests.most_common(1)[0][0]
    if statistics.proofs:
        (entity, column), _ = min(statistics.proofs.items(), key=lambda proof: (-proof[1], proof[0]))
        why = because("hash_proven", algorithm=name, column=column)
        yield place.finding(Verdict(entity, "high", 0.95, digests, statistics.examined, "", (why,)), "none")
        return
    hints = headers.promised(_label(place), place.path)
    named = [row for row in entities.ENTITIES if row.guessed and row.name in hints]
    if not named or statistics.values.count == 1 or not _KEYED.isdisjoint(headers.words(place.column)):
        return
    why = because(str(named[0].guessed), algorithm=name)
    yield place.finding(
        Verdict(named[0].name, "medium", 0.6, digests, statistics.examined, "", (why,)), "none"
    )
