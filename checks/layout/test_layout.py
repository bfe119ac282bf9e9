"""The repository's layout: links of the documents, names of bounds, and the one home of each thing."""

import json
import re
import subprocess
from pathlib import Path

from headings import headings

REPOSITORY = Path(__file__).resolve().parents[2]


def tracked(*patterns: str) -> list[Path]:
    """Returns the files that git tracks and that match a pattern."""
    listing = subprocess.run(["git", "ls-files", *patterns], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    return [REPOSITORY / line for line in listing.stdout.splitlines() if (REPOSITORY / line).is_file()]


def broken_links(page: Path, text: str) -> list[str]:
    """Returns the relative links of a page, pictures included, that lead to no file or to no heading."""
    broken = []
    for link in re.findall(r"\]\(([^)\s]+)\)", text) + re.findall(r'\b(?:src|srcset|href)="([^"]+)"', text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and target.suffix == ".md" and anchor not in headings(target.read_text())):
            broken.append(f"{page.relative_to(REPOSITORY)}: {link}")
    return broken


def test_links_of_the_documents_lead_to_files_and_headings() -> None:
    pages = tracked("*.md")
    assert len(pages) > 10
    assert [link for page in pages for link in broken_links(page, page.read_text())] == []


def test_a_link_to_no_file_or_heading_is_broken() -> None:
    page = REPOSITORY / "README.md"
    text = (
        "[a](docs/wire.md) [b](docs/none.md) [c](docs/wire.md#no-such-heading) [d](https://example.com/x) [e](#call-it)"
        '<picture><source srcset="docs/none.png"><img src="docs/speed.svg"></picture>'
    )
    broken = ["docs/none.md", "docs/wire.md#no-such-heading", "docs/none.png"]
    assert broken_links(page, text) == [f"README.md: {link}" for link in broken]


def test_readme_shows_the_page_of_local_in_both_themes() -> None:
    readme = (REPOSITORY / "README.md").read_text()
    pictures = {path.name: path.read_bytes()[:8] for path in tracked("docs/images/playground-*.png")}
    assert pictures == dict.fromkeys(["playground-dark.png", "playground-light.png"], b"\x89PNG\r\n\x1a\n")
    assert [name for name in pictures if f"docs/images/{name}" not in readme] == []


def test_readme_is_at_most_half_as_long_as_it_was() -> None:
    assert len((REPOSITORY / "README.md").read_text().splitlines()) <= 293 // 2


def test_bounds_begin_with_max_or_min() -> None:
    other = re.compile(r"\b(?:MOST|LONGEST|LARGEST|SHORTEST|LEAST|MAXIMUM|MINIMUM)_[A-Z]|\b[A-Z_]+_AT_(?:MOST|LEAST)\b")
    sources = [source for source in tracked("*.rs", "*.py") if source != Path(__file__).resolve()]
    assert len(sources) > 100
    assert [str(source) for source in sources if other.search(source.read_text())] == []


def test_no_source_enters_another_by_its_path() -> None:
    # But for the benchmark of the log line alone, which is to be built in seconds and not with the whole gateway.
    sources = [source for source in tracked("*.rs") if "request-line" not in source.parts]
    assert len(sources) > 100
    assert [str(source) for source in sources if re.search(r"#\[path\s*=", source.read_text())] == []


def test_the_library_needs_no_crate_that_depends_on_it() -> None:
    command = ["cargo", "metadata", "--no-deps", "--format-version", "1"]
    metadata = json.loads(subprocess.run(command, cwd=REPOSITORY, capture_output=True, text=True, check=True).stdout)
    packages = {package["name"]: package["dependencies"] for package in metadata["packages"]}
    assert len(packages["meeting-gateway"]) > 10
    assert {needed["name"] for needed in packages["meeting-gateway"] if "path" in needed} == {"registry-core"}
    # Algorithms without IO: only their tests need anything.
    assert [needed["name"] for needed in packages["registry-core"] if needed["kind"] != "dev"] == []


def test_only_events_are_in_events_and_only_the_policy_in_its_layer() -> None:
    assert [path.name for path in tracked("policy")] == ["policy.json"]
    assert {path.suffix for path in tracked("events")} == {".json"}
    assert "expected.json" not in {path.name for path in tracked("events")}
