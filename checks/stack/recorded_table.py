"""A proxy in front of a DynamoDB endpoint that writes down what a function asks, as IAM would see it."""

import http.client
import json
import threading
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from iam_decisions import Call

# The IAM actions of a transaction's parts: "Using IAM with DynamoDB transactions" in DynamoDB's guide.
PARTS = {
    "Put": "PutItem",
    "Update": "UpdateItem",
    "Delete": "DeleteItem",
    "ConditionCheck": "ConditionCheckItem",
}


class RecordedTable:
    """The proxy. The `with` block starts it and ends it."""

    def __init__(self, upstream: str, table_arn: str):
        self.upstream = urllib.parse.urlsplit(upstream).netloc
        self.table_arn = table_arn
        # Name and body of each request, in order.
        self.requests: list[tuple[str, dict]] = []
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), type("Recording", (_Forwarding,), {"table": self}))

    def __enter__(self):
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        """The endpoint for the function."""
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    def calls(self) -> list[Call]:
        """Returns what IAM decides about: a call for each request, and for each action in a transaction."""
        return [call for name, body in self.requests for call in calls_of(name, body, self.table_arn)]


def calls_of(name: str, body: dict, table_arn: str) -> list[Call]:
    """Returns the calls that IAM sees in a request."""
    if name != "TransactWriteItems":
        return [_call(name, [partition_key(name, body)], table_arn)]
    keys: dict[str, list[str]] = {}
    for part in body["TransactItems"]:
        ((kind, item),) = part.items()
        keys.setdefault(PARTS[kind], []).append(partition_key(PARTS[kind], item))
    return [_call(action, of_action, table_arn) for action, of_action in keys.items()]


def partition_key(action: str, body: dict) -> str:
    """Returns the partition key of the item that a request is about."""
    if action == "PutItem":
        return body["Item"]["pk"]["S"]
    if action == "Query":
        # The condition is that the partition key is this value.
        return body["ExpressionAttributeValues"][":pk"]["S"]
    return body["Key"]["pk"]["S"]


def _call(action: str, keys: list[str], table_arn: str) -> Call:
    return Call(f"dynamodb:{action}", table_arn, {"dynamodb:LeadingKeys": keys})


class _Forwarding(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    table: RecordedTable

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"]))
        name = self.headers["x-amz-target"].rpartition(".")[2]
        self.table.requests.append((name, json.loads(body)))
        connection = http.client.HTTPConnection(self.table.upstream, timeout=10)
        # With the headers as they are signed, the host among them.
        connection.putrequest("POST", self.path, skip_host=True, skip_accept_encoding=True)
        for header, value in self.headers.items():
            connection.putheader(header, value)
        connection.endheaders(body)
        answer = connection.getresponse()
        content = answer.read()
        self.send_response(answer.status)
        for header, value in answer.getheaders():
            if header.lower() not in ("content-length", "connection", "transfer-encoding", "server", "date"):
                self.send_header(header, value)
        self.send_header("content-length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)
        connection.close()

    def log_message(self, *_):
        pass
