"""Names that somebody chose to do harm: by what a terminal, a browser, a shell, a parser or a spreadsheet makes of them."""

from __future__ import annotations

CONTROLS = {
    "escape": "a\x1b[2J\x1b]0;owned\x07b",
    "paste end": "a\x1b[201~\x03\nid\n",
    "bell": "a\x07b",
    "c1": "a\x9b31mb\x80\x85\x9d",
    "delete": "a\x7fb\x08\x08",
    "newline": "a\npiiguard: nothing unprotected",
    "return": "a\rb",
    "tab": "a\tb",
    "separators": "a\u2028b\u2029c",
    "direction": "\u202egnp.exe\u2066b\u2069",
    "zero width": "a\u200bb\u200dc\ufeffd\u00ade",
    "tags": "a\U000e0041\U000e007fb",
    "private": "a\ue000\U000f0000b",
    "surrogate": "a\udcff\ud800b",
    "unassigned": "a\u0378b",
}
"""What cannot be seen."""

WORDS = {
    "quotes": "a\"b'c`d\u2018e\u00abf",
    "substitution": "$(touch pwned) `touch pwned` ${IFS}",
    "sequence": "a; touch pwned & b | c > pwned",
    "option": "--output=pwned",
    "short option": "-o",
    "dash": "-",
    "markup": "a[/foo]b",
    "style": "[bold red]a[/][link=file:///etc/passwd]b",
    "braces": "{} {0.__class__} {{ 7*7 }} {% raw %}",
    "percent": "%s %(x)s %n %%",
    "colon": ":name ? @p1 $1",
    "script": "</script><script>alert(1)</script>",
    "image": "<img src=x onerror=alert(1)>",
    "attribute": '" onmouseover="alert(1)',
    "cdata": "]]>--><!--",
    "comment": "a -- b /* c */ # d",
    "formula": "=1+1",
    "formula, wide": "\uff1d1+1",
    "formula, small": "\ufe661+1",
    "formula, blank": " \u00a0=cmd|' /C calc'!A0",
    "formula, cut": "a;=1+1,=2+2",
    "plus": "+1",
    "at": "@SUM(A1)",
    "astral": "\U0001f600\U00020000",
    "right to left": "\u05d0\u0628",
    "python": "x = __import__('os').system('touch pwned') #",
    "toml": '"]\n[keyring]\npath = "pwned',
    "keyword": "select",
    "class": "class",
    "dots": "a.b.c",
    "slash": "../../etc/passwd",
    "backslash": "a\\",
    "unicode path": "a\\u202eb",
    "long": "x" * 10_000,
    "long, unseen": "\u202e" * 5_000,
    "empty": " ",
}
"""What can be seen, and means something somewhere."""

NAMES = CONTROLS | WORDS
