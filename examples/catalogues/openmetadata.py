"""Send what ``piiguard scan --format openmetadata`` wrote to OpenMetadata: python openmetadata.py FILE

    export OPENMETADATA_URL=https://openmetadata.example/api OPENMETADATA_TOKEN=…     # of a bot that may edit tags

It needs no piiguard, and runs where OpenMetadata can be reached. On each column the tags of piiguard become those of the
file, and all others stay: where somebody has said already that it is PII or none, that is left.
"""

from __future__ import annotations

import json
import os
import sys
import urllib.error
import urllib.request
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any
from urllib.parse import quote


def ask(method: str, path: str, body: Any = None) -> Any:
    """One request; raises HTTPError."""
    request = urllib.request.Request(  # noqa: S310 - whoever runs it says where to
        f"{os.environ['OPENMETADATA_URL']}{path}",
        None if body is None else json.dumps(body).encode(),
        {
            "Authorization": f"Bearer {os.environ['OPENMETADATA_TOKEN']}",
            "Content-Type": "application/json",
        },
        method=method,
    )
    with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310
        return json.load(answer)


def make(path: str, body: Any) -> None:
    """Make what may be there already."""
    try:
        ask("POST", path, body)
    except urllib.error.HTTPError as error:
        if error.code != 409:
            raise


def known(table: str) -> dict[str, list[Any]]:
    """The tags of each column of a table; nothing where there is no such table."""
    try:
        columns = ask("GET", f"/v1/tables/name/{quote(table, safe='')}?fields=columns,tags")["columns"]
    except urllib.error.HTTPError as error:
        if error.code != 404:
            raise
        return {}
    return {column["fullyQualifiedName"]: column.get("tags") or [] for column in columns}


def merged(there: list[Any], ours: list[Any]) -> list[Any]:
    """The tags of a column, with ours in place of those that we put there before."""
    kept = [tag for tag in there if not tag["tagFQN"].startswith("piiguard.")]
    told = {tag["tagFQN"].partition(".")[0] for tag in kept}
    return kept + [tag for tag in ours if tag["tagFQN"].partition(".")[0] not in told]


def main(file: str) -> int:
    """Send all of it; 1 when OpenMetadata does not know a column."""
    document = json.loads(Path(file).read_text(encoding="utf-8"))
    make("/v1/classifications", document["classification"])
    for tag in document["tags"]:
        make("/v1/tags", tag)
    unknown = 0
    for table, columns in groupby(document["columns"], key=itemgetter("table")):
        there = known(table)
        for column in columns:
            name = column["fullyQualifiedName"]
            if name in there:
                tags = merged(there[name], column["tags"])
                ask("PUT", f"/v1/columns/name/{quote(name, safe='')}?entityType=table", {"tags": tags})
            else:
                unknown += 1
                print(f"{name!a}: not known there", file=sys.stderr)
    return 1 if unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
