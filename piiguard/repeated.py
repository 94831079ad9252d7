"""JSON objects in which a name stands more than once: other readers take another one of its values, so none is dropped.

>>> import json
>>> json.loads('{"iin": "050312300015", "iin": "x", "id": 1}', object_pairs_hook=object_of)
{'iin': ['050312300015', 'x'], 'id': 1}
>>> json_of(_)
'{"iin": "050312300015", "iin": "x", "id": 1}'
"""

from __future__ import annotations

import json
from typing import Any

__all__ = ["Repeated", "json_of", "object_of"]


class Repeated(list[Any]):
    """All values of one name."""


def object_of(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """The object of these members, for ``object_pairs_hook`` of :mod:`json`."""
    whole = dict(pairs)
    if len(whole) == len(pairs):
        return whole
    found: dict[str, Repeated] = {}
    for name, value in pairs:
        found.setdefault(name, Repeated()).append(value)
    return {name: values if len(values) > 1 else values[0] for name, values in found.items()}


def json_of(value: Any) -> str:
    """The JSON text of a value, in which such a name stands as often as it did."""
    if isinstance(value, dict):
        members = (
            (name, one)
            for name, held in value.items()
            for one in (held if isinstance(held, Repeated) else (held,))
        )
        return f"{{{', '.join(f'{json.dumps(name, ensure_ascii=False)}: {json_of(one)}' for name, one in members)}}}"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(json_of, value))}]"
    return json.dumps(value, ensure_ascii=False)
