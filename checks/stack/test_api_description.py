"""The deployed API has the routes of openapi.yaml, and its CORS lets pages send and read the headers in it."""

import json

import pytest
from deployed_stack import REPOSITORY, deploy, parsed_template

CORS = REPOSITORY / "local" / "src" / "front" / "cors.json"
METHODS = {"get", "put", "post", "delete", "patch", "head", "options", "trace"}
# Every page may read these: they are on the Fetch standard's list.
ALWAYS_READABLE = {"cache-control"}
# Pages see the status, which says what these say: a token is needed, or another method.
NOT_FOR_PAGES = {"www-authenticate", "allow"}


@pytest.fixture(scope="module")
def description() -> dict:
    """The API's description for people and clients."""
    return parsed_template(REPOSITORY / "openapi.yaml")


@pytest.fixture(scope="module")
def deployed(template) -> dict:
    """The OpenAPI document that makes the deployed API."""
    return deploy(template, CorsOrigins="http://localhost:5173").properties("GatewayApi")["Body"]


def routes(document: dict) -> set[tuple[str, str]]:
    return {(path, method) for path, item in document["paths"].items() for method in item if method in METHODS}


def test_description_and_template_have_the_same_paths_and_methods(description, deployed):
    assert len(routes(description)) >= 10
    assert routes(description) == routes(deployed)


def test_pages_may_send_every_header_of_the_description(description):
    parameters = list(description["components"]["parameters"].values())
    for item in description["paths"].values():
        for method in METHODS & item.keys():
            parameters += item[method].get("parameters", [])
    sent = {parameter["name"].lower() for parameter in parameters if parameter.get("in") == "header"}
    assert sent == {"idempotency-key"}
    # The bearer token and the body's type, which OpenAPI does not list as parameters.
    sent |= {"authorization", "content-type"}
    assert sent - set(json.loads(CORS.read_text())["allowHeaders"]) == set()


def test_pages_may_read_every_header_of_the_description(description):
    answers = list(description["components"]["responses"].values())
    for item in description["paths"].values():
        for method in METHODS & item.keys():
            answers += item[method]["responses"].values()
    described = {name.lower() for answer in answers for name in answer.get("headers", {})}
    exposed = set(json.loads(CORS.read_text())["exposeHeaders"])
    assert described - ALWAYS_READABLE - NOT_FOR_PAGES == exposed
    assert described >= ALWAYS_READABLE | NOT_FOR_PAGES
