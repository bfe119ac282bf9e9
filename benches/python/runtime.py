"""A minimal loop over the Lambda Runtime API.

Lambda's own client for Python does more, so the measurement favours this peer.
"""

import http.client
import json
import os

from function import HANDLERS

PREFIX = "/2018-06-01/runtime/invocation/"

handler = HANDLERS[os.environ["_HANDLER"]]
connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    connection.request("GET", PREFIX + "next")
    following = connection.getresponse()
    event = json.loads(following.read())
    request_id = following.headers["lambda-runtime-aws-request-id"]
    try:
        path, answer = f"{PREFIX}{request_id}/response", handler(event)
    except Exception as error:  # noqa: BLE001 (any error fails this invocation only)
        path, answer = f"{PREFIX}{request_id}/error", {"errorMessage": str(error)}
    connection.request("POST", path, body=json.dumps(answer))
    connection.getresponse().read()
