"""Hand the pages on to the site: ``python docs/site.py FOLDER``.

A link out of ``docs/`` leads to a file of the repository, which is no page of the site. ``REPOSITORY`` says where its files are
(``https://host/owner/name/blob/main``); without it the path stands there as text.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

DOCS = Path(__file__).parent
_OUTSIDE = re.compile(r"\[([^\]]*)\]\((?:\.\./)+((?:examples|tests|readers|deploy)/[^)]*)\)")


def main(folder: Path, repository: str) -> None:
    """Copy what is shown, with links that hold there."""
    shutil.rmtree(folder, ignore_errors=True)
    shutil.copytree(DOCS, folder, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for page in folder.rglob("*.md"):
        page.write_text(handed_on(page.read_text(encoding="utf-8"), repository), encoding="utf-8")


def handed_on(page: str, repository: str) -> str:
    """
    >>> handed_on("as in [the example](../examples/flask_app/app.py)", "https://example.kz/main")
    'as in [the example](https://example.kz/main/examples/flask_app/app.py)'
    >>> handed_on("as in [the example](../examples/flask_app/app.py)", "")
    'as in the example (`examples/flask_app/app.py`)'
    """
    return _OUTSIDE.sub(rf"[\1]({repository.rstrip('/')}/\2)" if repository else r"\1 (`\2`)", page)


if __name__ == "__main__":
    main(Path(sys.argv[1]), os.environ.get("REPOSITORY", ""))
