"""openapi.yaml, as the tests read it."""

from processes import REPOSITORY

DOCUMENT = REPOSITORY / "openapi.yaml"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}


def operations(document: dict) -> dict[tuple[str, str], dict]:
    """Returns the entries of the document by method and path."""
    return {
        (method.upper(), path): entry
        for path, item in document["paths"].items()
        for method, entry in item.items()
        if method in METHODS
    }


def examples_of_errors(document: dict) -> dict[tuple[str, str], tuple[str, dict]]:
    """Returns the content type and the value of each example of an error, by the names of answer and example."""
    return {
        (name, example): (kind, content["value"])
        for name, answer in document["components"]["responses"].items()
        for kind, media in answer["content"].items()
        for example, content in media["examples"].items()
    }
