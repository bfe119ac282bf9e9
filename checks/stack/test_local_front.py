"""The HTTP front of `cargo run -p local` answers like the deployed API."""

import http.client
import re

import pytest
from deployed_stack import deploy
from gateway_settings import routes
from processes import LocalGateway

ORIGIN = "http://localhost:5173"


@pytest.fixture(scope="module")
def local():
    with LocalGateway() as running:
        yield running


@pytest.fixture(scope="module")
def document(template) -> dict:
    """The deployed API's OpenAPI document, with one allowed origin."""
    return deploy(template, CorsOrigins=ORIGIN).properties("GatewayApi")["Body"]


def answer(local, method: str, path: str, **headers: str) -> tuple[int, dict[str, str]]:
    """Sends a request; returns its status and its headers by lower-case name."""
    connection = http.client.HTTPConnection(local.host, local.port, timeout=40)
    connection.request(method, path, headers={name.replace("_", "-"): value for name, value in headers.items()})
    response = connection.getresponse()
    response.read()
    return response.status, {name.lower(): value for name, value in response.getheaders()}


def names(header: str) -> set[str]:
    return {name.strip() for name in header.split(",")}


def test_preflight_is_answered_as_in_the_templates_cors_configuration(local, document):
    status, headers = answer(local, "OPTIONS", "/meetings", origin=ORIGIN, access_control_request_method="POST")
    access_control = {
        name.removeprefix("access-control-"): value for name, value in headers.items() if "access-control-" in name
    }
    cors = document["x-amazon-apigateway-cors"]
    assert status == 204
    assert access_control.pop("allow-origin") in cors["allowOrigins"]
    assert names(access_control.pop("allow-methods")) == set(cors["allowMethods"])
    assert names(access_control.pop("allow-headers")) == set(cors["allowHeaders"])
    assert names(access_control.pop("expose-headers")) == set(cors["exposeHeaders"])
    assert access_control == {"max-age": str(cors["maxAge"])}


def test_answer_exposes_the_headers_that_the_template_exposes(local, document):
    status, headers = answer(local, "POST", "/meetings", origin=ORIGIN)
    assert status == 401
    assert names(headers["access-control-expose-headers"]) == set(document["x-amazon-apigateway-cors"]["exposeHeaders"])


def reaches_a_route(document: dict, method: str, path: str) -> bool:
    """Whether a route of the document has the method and fits the path, whose parameters have names for values."""
    return any(
        method.lower() in operations and re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", route), path)
        for route, operations in document["paths"].items()
    )


# Its only operation has a query, which the test below sends. The gateway, not the front, answers that it is missing.
WITHOUT_ITS_QUERY = {("PUT", "/meetings/MeetingId/attendees/capabilities"): 405}


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD"])
def test_exactly_the_templates_routes_reach_the_gateway(local, document, method):
    of_the_table = {re.sub(r"[{}]", "", path) for path, _ in routes()}
    for path in sorted(of_the_table | {"/attendees", "/meetings/MeetingId/leave"}):
        status, _ = answer(local, method, path)
        # Without a token the gateway answers 401, as API Gateway's authorizer would.
        reached = WITHOUT_ITS_QUERY.get((method, path), 401)
        assert status == (reached if reaches_a_route(document, method, path) else 404), path


def test_routes_that_differ_in_a_fixed_part_both_reach_the_gateway(local):
    assert answer(local, "PUT", "/meetings/m/attendees/capabilities?operation=batch-update-except")[0] == 401
    assert answer(local, "PUT", "/meetings/m/attendees/a/capabilities")[0] == 401
