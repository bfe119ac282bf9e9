"""docs/capacity.md: every sum is right, and what it takes from the template is what the template has."""

import re

from sums import SUM, is_rounded, number, prose, wrong_sums
from test_layout import REPOSITORY

# What was measured is no sum, and stands in the page's last section.
PAGE = (REPOSITORY / "docs" / "capacity.md").read_text().partition("\n## Measured")[0]
TEMPLATE = (REPOSITORY / "template.yaml").read_text()


def rows(page: str, header: str) -> list[list[str]]:
    """Returns the cells of a table's rows below its header."""
    table = page.partition(header)[2].partition("\n\n")[0].strip().splitlines()[1:]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table]


def template_value(template: str, name: str) -> str | None:
    """Finds a number of the template: a parameter's default, or a property of that name."""
    parameter = re.search(rf"^  {name}:\n(?:    .*\n)*?    Default: (\d+)$", template, flags=re.MULTILINE)
    properties = re.findall(rf"\b{name}: (\d+)", template)
    return parameter.group(1) if parameter else properties[0] if len(properties) == 1 else None


def wrong_needs(page: str) -> list[str]:
    """Returns the rows of the table of needs where a column is not what a join needs times the column's rate."""
    wrong = []
    for name, a_join, *columns in rows(page, "| | a join | 1 | 100 | 10,000 |"):
        products = [number(a_join) * rate for rate in (1, 100, 10_000)]
        if len(columns) != len(products) or not all(map(is_rounded, products, columns)):
            wrong.append(f"{name}: {columns} should be {products}")
    return wrong


def wrong_values(page: str, template: str) -> list[str]:
    """Returns the names whose value on the page is not the template's."""
    values = [(name.strip("`"), value) for name, value, _ in rows(page, "| name | value | meaning |")]
    return [f"{name}: {value}" for name, value in values if template_value(template, name) != value]


def test_every_sum_of_the_page_is_right() -> None:
    assert len(SUM.findall(prose(PAGE))) > 80
    assert wrong_sums(PAGE) == []


def test_needs_are_what_a_join_needs_times_the_rate() -> None:
    assert len(rows(PAGE, "| | a join | 1 | 100 | 10,000 |")) > 8
    assert wrong_needs(PAGE) == []


def test_the_templates_values_are_those_of_the_template() -> None:
    assert len(rows(PAGE, "| name | value | meaning |")) > 4
    assert wrong_values(PAGE, TEMPLATE) == []
    assert f"The {TEMPLATE.count('Type: AWS::CloudWatch::Alarm')} alarms" in prose(PAGE)


def test_a_wrong_sum_is_found() -> None:
    right = "is 2 × 0.2 = 0.4, (100 − 20) / 10 = 8 and 250 / 180 = 1.39; `a=b` is code. 1,000 /\n4.4 = 227."
    assert wrong_sums(right) == []
    for wrong in [
        "2 × 0.2 = 0.5",
        "250 / 180 = 1.38",
        "1,000 / 4.4 = 228",
        "twice 3 = 7",
        "3 x 2 = 6",
        "x = 3",
        "2 × = 4",
        "1,00 × 2 = 200",
    ]:
        assert len(wrong_sums(wrong)) == 1, wrong


def test_a_wrong_need_and_a_value_that_the_template_does_not_have_are_found() -> None:
    needs = "| | a join | 1 | 100 | 10,000 |\n|---|---|---|---|---|\n| events | 3.2 | 3.2 | 320 | 3,200 |\n\n"
    assert len(wrong_needs(needs)) == 1
    assert wrong_needs(needs.replace("3,200", "32,000")) == []
    values = "| name | value | meaning |\n|---|---|---|\n| `BatchSize` | 10 | events |\n\n"
    assert wrong_values(values, "      BatchSize: 10\n") == []
    assert wrong_values(values, "      BatchSize: 20\n") == ["BatchSize: 10"]
