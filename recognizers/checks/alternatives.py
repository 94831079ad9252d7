"""Many words as one pattern that fails soon: the regex engine tries alternatives one by one, and most words are none.

>>> one_of("директор|дизайнер|повар")
'(?:[Дд][Ии](?:[Зз][Аа][Йй][Нн][ЕЁеё][Рр]|[Рр][ЕЁеё][Кк][Тт][Оо][Рр])|[Пп][Оо][Вв][Аа][Рр])'
"""

from __future__ import annotations

import re

__all__ = ["firsts", "one_of"]

# A letter, a sign that is escaped, or a class of signs: what a tree has branches of.
_STEP = re.compile(r"\\.|\[[^\]]+\]|[^\\()\[\]?*+{}.]")
_PLAIN = re.compile(rf"(?:{_STEP.pattern})+(?![?*+{{])")
_Tree = dict[str, "_Tree"]
_END = ""


def one_of(words: str) -> str:
    """Write alternatives, parted by bars, as a tree of letters in either case; the longest is tried first.

    What is more than plain words and classes of letters stands behind the tree as it is, in any case of letters.
    """
    listed = _split(words)
    tree: _Tree = {}
    others = []
    for word in listed:
        if not _PLAIN.fullmatch(word):
            others.append(f"(?i:{word})")
            continue
        node = tree
        for step in _STEP.findall(word.lower()):
            node = node.setdefault(step, {})
        node[_END] = {}
    branches = [_branch(step, tree[step]) for step in sorted(tree)]
    return f"(?:{'|'.join(branches + others)})"


def firsts(words: str) -> str:
    """Name the letters that plain alternatives begin with, as a class.

    >>> firsts("ул|[пр]ом")
    '[ПРУпру]'
    """
    found = {sign for word in _split(words) for sign in _STEP.findall(word)[0].strip("[]")}
    return f"[{''.join(sorted({each for sign in found for each in (sign.upper(), sign.lower())}))}]"


def _split(words: str) -> list[str]:
    """Part at the bars that stand in no brackets."""
    listed, depth = [""], 0
    for sign in words:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            listed.append("")
        else:
            listed[-1] += sign
    return listed


def _branch(letter: str, node: _Tree) -> str:
    return _either_case(letter) + _rest(node)


def _rest(node: _Tree) -> str:
    branches = [_branch(letter, node[letter]) for letter in sorted(node) if letter != _END]
    if not branches:
        return ""
    if _END in node:
        return f"(?:{'|'.join(branches)})?"
    return branches[0] if len(branches) == 1 else f"(?:{'|'.join(branches)})"


def _either_case(letter: str) -> str:
    """A letter in either case; where the list has a Russian е, texts may have ё."""
    if letter == "е":
        return "[ЕЁеё]"
    upper = letter.upper()
    if len(letter) > 1:
        return f"[{letter[1:-1]}{upper[1:-1]}]" if letter[0] == "[" else letter
    return f"[{upper}{letter}]" if upper != letter and len(upper) == 1 else re.escape(letter)
