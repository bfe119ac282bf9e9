"""The recipes of docs/clients.md: the blocks of code below each heading."""

import re
from pathlib import Path

from processes import REPOSITORY

PAGE = (REPOSITORY / "docs" / "clients.md").read_text()
HEADINGS = {
    "rooms": "Rooms, in a browser and in Python",
    "boto3": "Python: boto3",
    "aws-cli": "AWS CLI",
    "generated": "A client generated from the API's description",
}


def blocks(recipe: str) -> list[tuple[str, str]]:
    """Returns language and code of each block below a recipe's heading."""
    _, heading, rest = PAGE.partition(f"\n## {HEADINGS[recipe]}\n")
    assert heading, f"docs/clients.md has no heading {HEADINGS[recipe]}"
    section = re.split(r"^## ", rest, maxsplit=1, flags=re.MULTILINE)[0]
    return re.findall(r"^```(\w+)\n(.*?)^```$", section, flags=re.MULTILINE | re.DOTALL)


def write_files(recipe: str, folder: Path) -> Path:
    """Writes each block that begins with a comment of a file's name into that file; returns the folder."""
    files = [(name[1], code) for _, code in blocks(recipe) if (name := re.match(r"# (\S+)\n", code))]
    assert files
    for name, code in files:
        (folder / name).write_text(code)
    return folder


def code_of(recipe: str, language: str) -> str:
    """Returns the one block in a language that is no file."""
    (code,) = (code for of, code in blocks(recipe) if of == language and not re.match(r"# \S+\n", code))
    return code
