"""One table of three columns of personal data, written as each kind of source holds it."""

from __future__ import annotations

import csv
import gzip
import json
from email.message import EmailMessage
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests import documents, pictures, sevens
from tests.corpora import values

PLANTED = ("KZ_IIN", "KZ_PHONE", "EMAIL_ADDRESS")
NAMES = ("iin", "phone", "email")
LINE = "saved ИИН {} тел. {} e-mail {}".format
ROWS = list(zip(*(values(each, 120) for each in PLANTED), strict=True))


def _dict(row: tuple[str, ...]) -> dict[str, str]:
    return dict(zip(NAMES, row, strict=True))


def _log() -> str:
    return "".join(f"{LINE(*row)}\n" for row in ROWS)


def write_table(kind: str, path: Path) -> None:
    if kind == "parquet":
        pa, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
        parquet.write_table(pa.Table.from_pylist([_dict(row) for row in ROWS]), path)
    elif kind == "csv":
        with path.open("w", newline="", encoding="utf-8") as out:
            csv.writer(out).writerows([NAMES, *ROWS])
    elif kind == "png":  # what it shows, the stand-in of the test says
        path.write_bytes(pictures.picture())
    elif kind == "xlsx":
        path.write_bytes(documents.xlsx([NAMES, *ROWS]))
    elif kind == "docx":
        import docx

        document = docx.Document()
        table = document.add_table(0, len(NAMES))
        for row in (NAMES, *ROWS):
            for cell, value in zip(table.add_row().cells, row, strict=True):
                cell.text = value
        document.save(str(path))
    elif kind == "pdf":
        pages = [ROWS[at : at + 30] for at in range(0, len(ROWS), 30)]
        path.write_bytes(documents.pdf(["\n".join(LINE(*row) for row in page) for page in pages]))
    elif kind == "eml":
        letter = EmailMessage()
        letter.add_attachment("".join(",".join(row) + "\n" for row in [NAMES, *ROWS]), filename="people.csv")
        path.write_bytes(letter.as_bytes())
    elif kind == "zip":
        text = "".join(",".join(row) + "\n" for row in [NAMES, *ROWS])
        path.write_bytes(documents.zipped({"out/people.csv": text}))
    elif kind == "7z":
        path.write_bytes(
            sevens.seven({"out/people.csv": "".join(",".join(row) + "\n" for row in [NAMES, *ROWS]).encode()})
        )
    elif kind == "gz":
        path.write_bytes(gzip.compress(_log().encode()))
    else:
        texts = {
            "json": lambda: json.dumps([_dict(row) for row in ROWS]),
            "jsonl": lambda: "".join(json.dumps(_dict(row)) + "\n" for row in ROWS),
            "sql": lambda: (
                "CREATE TABLE people (iin text, phone text, email text);\n"
                + "".join(f"INSERT INTO people VALUES {row};\n" for row in ROWS)
            ),
            "log": _log,
        }
        path.write_text(texts[kind](), "utf-8")


def fill_table(url: str) -> None:
    engine = sa.create_engine(url, poolclass=sa.NullPool)
    table = sa.Table(
        "people",
        sa.MetaData(),
        sa.Column("id", sa.Integer, primary_key=True),
        *(sa.Column(name, sa.String(60)) for name in NAMES),
    )
    with engine.begin() as connection:
        table.create(connection)
        connection.execute(table.insert(), [_dict(row) for row in ROWS])
