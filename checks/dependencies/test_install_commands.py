"""Install commands in the documentation name a version of each package."""

import re
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
DOCUMENTS = [
    *REPOSITORY.glob("*.md"),
    *(REPOSITORY / "docs").glob("*.md"),
    *(REPOSITORY / "checks").glob("*/README.md"),
]
INSTALL = re.compile(
    r"(?:^|[`&;|(]\s*|\s)(?P<tool>pip3?|pipx|uv tool|npm|cargo|brew|gem|go|apt(?:-get)?)\s+(?:install|i|add)\s+"
    r"(?P<words>[^`&;|)\n]+)"
)
OPTIONS_WITH_A_VALUE = {"--version", "--root", "--prefix", "--requirement", "-r", "--constraint", "-c"}


def unpinned(text: str) -> list[str]:
    """Returns the packages that commands in a text install without a version."""
    found = []
    for command in INSTALL.finditer(text):
        words = command["words"].split()
        has_version = "--version" in words or any(word.startswith("--version=") for word in words)
        skip = False
        for word in words:
            if skip or word.startswith("-"):
                skip = not skip and word in OPTIONS_WITH_A_VALUE
                continue
            separator = {"npm": "@", "go": "@", "cargo": "@"}.get(command["tool"], "=")
            if not has_version and separator not in word[1:]:
                found.append(f"{command['tool']}: {word}")
    return found


def test_finds_install_commands_in_the_documents() -> None:
    assert any(INSTALL.search(document.read_text()) for document in DOCUMENTS)


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: str(path.relative_to(REPOSITORY)))
def test_document_pins_what_it_installs(document: Path) -> None:
    assert unpinned(document.read_text()) == []


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pip install one two==1.0", ["pip: one"]),
        ("`npm install @scope/one two@1.0`", ["npm: @scope/one"]),
        ("npm install @scope/one@1.0", []),
        ("cargo install --locked one", ["cargo: one"]),
        ("cargo install --locked one --version 1.0", []),
        ("cargo install one@1.0", []),
        ("brew install one", ["brew: one"]),
        ("pip install --requirement checks/requirements.txt", []),
    ],
)
def test_unpinned_returns_packages_without_a_version(text: str, expected: list[str]) -> None:
    assert unpinned(text) == expected


@pytest.mark.parametrize("package", ["aws-sam-cli", "cargo-lambda"])
def test_docs_install_the_version_that_the_checks_use(package: str) -> None:
    constraints = (REPOSITORY / "checks" / "constraints.txt").read_text()
    documented, used = (
        re.findall(rf"\b{package}==\S+", text)
        for text in ((REPOSITORY / "docs" / "deploy.md").read_text(), constraints)
    )
    assert documented == used
