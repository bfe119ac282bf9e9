"""The headings of a page in Markdown."""

import re
from functools import cache


@cache
def headings(page: str) -> dict[str, str]:
    """Returns the text of each heading, by the anchor that GitHub gives to it."""
    without_code = re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)
    found = re.findall(r"^#+ (.*)$", without_code, flags=re.MULTILINE)
    texts = [re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading) for heading in found]
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-"): text for text in texts}
