"""Redacts a stream of any size: what stands outside the matches comes out byte for byte.

Lines go out as soon as nothing that may still come can change them, so a pipe is never held up by a block that
is not full.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from functools import partial

from piiguard.detect import Match, packed
from piiguard.detect.escapes import Spelled, is_spelled
from piiguard.detect.mask import is_mask
from piiguard.frames import emptied
from piiguard.redact.fitted import begins_xml, in_xml
from piiguard.redact.json_safe import JsonLine, begins_document
from piiguard.redact.raw import Lines, Wide, wide_encoding
from piiguard.redact.redactor import Redactor
from piiguard.redact.settled import Change, settled

__all__ = ["WITHHELD", "StreamRedactor"]

WITHHELD = "<line withheld: piiguard could not redact it>"
LONGEST = 1 << 20  # bytes of a line that are looked at together
LINES_BEFORE = 3  # a value of three lines, and the label above it
MOST_CONTEXT = 1 << 14
LONG_BEFORE, LONG_AFTER = 4096, 1024  # characters around a cut inside a line: the longest match and its label
# A line that may belong to a machine-readable zone, which goes over two or three lines.
_ZONE = re.compile(rb"[A-Z0-9<]{28}")
_ZONE_ENDS = b" \t\r"
_ZONE_LINES = 3


class StreamRedactor:
    """Takes bytes with :meth:`feed` and gives the clean bytes that are ready; :meth:`finish` gives the rest.

    ``replaced`` counts values by entity. A line on which the redactor itself fails is withheld, counted in
    ``withheld``, and never let through.
    """

    def __init__(self, redactor: Redactor, encoding: str = "auto") -> None:
        self._redactor = redactor
        self._encoding = encoding
        self._wide: Wide | None = None
        self._lines = Lines(encoding)
        self._begun = self._document = self._xml = False
        self._context = b""
        self._pending = bytearray()
        self._quoted = False
        self.replaced: Counter[str] = Counter()
        self.withheld = 0

    @emptied
    def feed(self, data: bytes) -> bytes:
        """Take some bytes; return what is ready."""
        if not self._begun:
            self._begin(data)
        more = self._wide.enter(data) if self._wide else data
        self._pending += more
        return self._leave(self._ready(b"\n" in more))

    @emptied
    def finish(self) -> bytes:
        """Return what is left at the end of the stream."""
        return self._leave(self._pass_rest() if self._pending else b"") + (
            self._wide.tail() if self._wide else b""
        )

    def _begin(self, head: bytes) -> None:
        self._begun = True
        if name := wide_encoding(head, self._encoding):
            self._wide, self._lines = Wide(name), Lines()
            head = Wide(name).enter(head)
        head = head.removeprefix(b"\xef\xbb\xbf")
        self._document, self._xml = begins_document(head), begins_xml(head)

    def _leave(self, clean: bytes) -> bytes:
        return self._wide.leave(clean) if self._wide else clean

    def _ready(self, ended: bool) -> bytes:
        """What can go out; only where a line has ``ended`` is there more to it than before."""
        out = self._pass_whole(hold=True) if ended else b""
        if len(self._pending) < LONGEST:
            return out
        # a line too long to wait for its end is too long for the lines that wait for it
        out += self._pass_whole(hold=False)
        return out + (self._pass_part() if len(self._pending) >= LONGEST else b"")

    def _pass_whole(self, *, hold: bool) -> bytes:
        """Clean the lines that have ended; those that may begin a value that goes on wait when ``hold`` is set."""
        data = bytes(self._pending[: self._pending.rfind(b"\n") + 1])
        lines = data.split(b"\n")
        return self._pass_lines(lines, data, len(lines) - 1 - (_waiting(lines) if hold else 0))

    def _pass_rest(self) -> bytes:
        data = bytes(self._pending)
        lines = data.split(b"\n")
        return self._pass_lines(lines, data, len(lines))

    def _pass_lines(self, lines: list[bytes], data: bytes, count: int) -> bytes:
        """Clean the first ``count`` of the lines that ``data`` holds; where that is not all of them, they have ended."""
        if not count:
            return b""
        view = self._lines.view(lines, data)
        ended = count < len(lines)
        try:
            clean = lines[:count]
            for number, matches in self._spans(view).items():
                if number < count:
                    clean[number] = self._line(lines[number], matches, self._quoted and number == 0)
        except Exception:  # noqa: BLE001 - whatever it was, a raw line must not go out
            clean = [self._carefully(line) for line in lines[:count]]
        passed = sum(map(len, lines[:count])) + (count if ended else count - 1)
        self._advance(b"\n".join(view.split(b"\n")[:count]) + b"\n", passed)
        self._quoted = False
        return b"\n".join([*clean, b""] if ended else clean)

    def _pass_part(self) -> bytes:
        """Clean the beginning of a line that is too long to wait for its end."""
        data = bytes(self._pending)
        codec = self._lines.of(data, final=False)
        text = data.decode(codec, "surrogateescape")
        spelled = Spelled(text, once=True)
        view = spelled.view
        end = spelled.position(packed.seam(text, 0, spelled.place(max(len(view) - LONG_AFTER, 1))))
        try:
            matches = self._spans(view.encode("utf-8", "replace")).get(0, [])
            over = [match for match in matches if match.start < end < match.end]
            end = spelled.first(
                min([end, *(match.start for match in over if match.end - match.start <= LONG_BEFORE)])
            )
            whole = text[: spelled.place(end)]
            line = self._json(whole, self._quoted)
            passing = [replace(match, end=min(match.end, end)) for match in matches if match.start < end]
            changes = self._changes(whole, passing, line, Spelled(whole, once=True))
            clean = _encoded(whole, changes, codec)
            self._quoted = line.in_string(len(whole))
        except Exception:  # noqa: BLE001 - the same
            self.withheld += 1
            clean = WITHHELD.encode()
        passed = text[: spelled.place(end)].encode(codec, "surrogateescape")
        self._advance(view[:end].encode("utf-8", "replace"), len(passed))
        return clean

    def _spans(self, view: bytes) -> dict[int, list[Match]]:
        """The matches by line, counted from the first one of ``view``; one over several lines has a part in each."""
        first = self._context.count(b"\n")
        column = len(self._context[self._context.rfind(b"\n") + 1 :].decode("utf-8", "replace"))
        spans: dict[int, list[Match]] = defaultdict(list)
        found = self._redactor.engine.lines(self._context + view, len(self._context))
        for number, text, matches in found:
            for match in filter(self._redactor.wanted, matches):
                for line, start, end in _parts(number - first, text, match):
                    moved = column if line == 0 else 0
                    if line >= 0 and end > moved:
                        start = max(start - moved, 0)
                        spans[line].append(Match(match.entity, start, end - moved, match.score))
        return {line: sorted(matches, key=lambda match: match.start) for line, matches in spans.items()}

    def _line(self, raw: bytes, matches: Sequence[Match], quoted: bool) -> bytes:
        codec = self._lines.of(raw)
        text = raw.decode(codec, "surrogateescape")
        spelled = Spelled(text) if is_spelled(text) else None
        changes = self._changes(text, matches, self._json(text, quoted), spelled)
        return _encoded(text, settled(text, changes, partial(self._again, quoted=quoted)), codec)

    def _again(self, text: str, quoted: bool) -> Iterable[Change]:
        """What is found in a line from which something was taken; a mask is not taken again."""
        spelled = Spelled(text) if is_spelled(text) else None
        says = spelled.view if spelled else text
        found = [
            match
            for match in filter(self._redactor.wanted, self._redactor.engine.find(says))
            if not is_mask(match.entity, says[match.start : match.end])
        ]
        return self._changes(text, found, self._json(text, quoted), spelled) if found else ()

    def _changes(
        self, text: str, matches: Sequence[Match], line: JsonLine, spelled: Spelled | None
    ) -> list[Change]:
        self.replaced.update(match.entity for match in matches)
        changes = self._redactor.edits(text, matches, line, spelled)
        return [(start, end, in_xml(new)) for start, end, new in changes] if self._xml else list(changes)

    def _json(self, text: str, quoted: bool) -> JsonLine:
        return JsonLine(text, document=self._document, quoted=quoted)

    def _carefully(self, raw: bytes) -> bytes:
        """One line by itself, so that one that cannot be redacted takes no other with it."""
        try:
            codec = self._lines.of(raw)
            text = raw.decode(codec, "surrogateescape")
            return self._redactor.text(text).encode(codec, "surrogateescape")
        except Exception:  # noqa: BLE001 - the same
            self.withheld += 1
            return WITHHELD.encode()

    def _advance(self, passed: bytes, size: int) -> None:
        del self._pending[:size]
        self._context = _last_lines(self._context + passed)


def _waiting(lines: list[bytes]) -> int:
    """How many of the last whole lines may begin a value that goes on; the last item is what follows them."""
    count = 0
    for line in reversed(lines[-_ZONE_LINES:-1]):
        if not _ZONE.fullmatch(line.rstrip(_ZONE_ENDS)[-28:]):
            break
        count += 1
    return count


def _encoded(text: str, changes: Iterable[Change], codec: str) -> bytes:
    parts, place = [], 0
    for start, end, new in changes:
        parts += [text[place:start].encode(codec, "surrogateescape"), new.encode(codec, "replace")]
        place = end
    return b"".join([*parts, text[place:].encode(codec, "surrogateescape")])


def _parts(number: int, text: str, match: Match) -> Iterator[tuple[int, int, int]]:
    if "\n" not in text:
        yield number, match.start, match.end
        return
    begin = 0
    for line, part in enumerate(text.split("\n"), number):
        start, end = max(match.start - begin, 0), min(match.end - begin, len(part))
        if start < end:
            yield line, start, end
        begin += len(part) + 1


def _last_lines(data: bytes) -> bytes:
    """The context of what comes next: the last lines, or the end of the line that goes on."""
    start = len(data)
    for _ in range(LINES_BEFORE + (not data.endswith(b"\n"))):
        start = data.rfind(b"\n", 0, max(start - 1, 0)) + 1
    if len(data) - start <= MOST_CONTEXT:
        return data[start:]
    start = len(data) - LONG_BEFORE
    while start < len(data) and data[start] & 0xC0 == 0x80:
        start += 1
    return data[start:]
