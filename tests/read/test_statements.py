"""Nothing of a dump is lost between its pieces."""

from __future__ import annotations

import random

import pytest

from piiguard.read.statements import Row, Statements, Syntax, Text

DUMP = """\
-- MySQL dump 10.13
CREATE TABLE `people` (
  `id` int NOT NULL,
  `iin` varchar(12),
  PRIMARY KEY (`id`)
);
INSERT INTO `people` VALUES (1,'it\\'s; (ok)'),(2,'a\\\\'),
  (3, _binary 'x\\'y') , (4, 0x3035);
INSERT INTO people (id,
  iin) VALUES
  (5, replace('a\\nb','\\n',char(10))), (6, 'it''s') ON CONFLICT DO NOTHING; select 1;
COPY public.people (id, iin) FROM stdin;
7\t050312300015\\tx
8\t\\N
\\.

INSERT INTO people VALUES (9, 'never ends
INSERT INTO people VALUES (10, 'a
b

c');select 2;
"""


@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("seed", range(40))
def test_the_pieces_are_the_dump(seed: int, ending: str) -> None:
    dice = random.Random(seed)
    text = DUMP.replace("\n", ending)
    if seed:  # cut, doubled and shuffled, as nobody writes it
        lines = text.splitlines(keepends=True)
        if seed % 3 == 0:
            dice.shuffle(lines)
        text = "".join(lines)[dice.randrange(60) : dice.randrange(300, len(text))]
    pieces = list(Statements(enumerate(text.splitlines(keepends=True), 1)))
    assert "".join(piece.text for piece in pieces) == text


def test_rows_say_what_stands_in_them_and_where() -> None:
    pieces = list(Statements(enumerate(DUMP.splitlines(keepends=True), 1)))
    rows = [piece for piece in pieces if isinstance(piece, Row)]
    assert [(row.number, *row.values) for row in rows] == [
        (7, "1", "it's; (ok)"), (7, "2", "a\\"), (8, "3", b"x'y"), (8, "4", b"05"),
        (11, "5", "a\nb"), (11, "6", "it's"), (13, "7", "050312300015\tx"), (14, "8", None),
    ]  # fmt: skip
    assert {type(piece) for piece in pieces} == {Row, Syntax, Text}
