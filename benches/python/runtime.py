"""The Lambda Runtime API loop, in as little code as it takes.

Lambda's own client for Python does more: what is left out is in favour of the peer.
"""

import http.client
import json
import os

from function import handler

PREFIX = "/2018-06-01/runtime/invocation/"

connection = http.client.HTTPConnection(os.environ["AWS_LAMBDA_RUNTIME_API"])
while True:
    connection.request("GET", PREFIX + "next")
    following = connection.getresponse()
    event = json.loads(following.read())
    request_id = following.headers["lambda-runtime-aws-request-id"]
    try:
        path, answer = f"{PREFIX}{request_id}/response", handler(event)
    except Exception as error:  # noqa: BLE001 (whatever it is, the invocation has failed, and the loop goes on)
        path, answer = f"{PREFIX}{request_id}/error", {"errorMessage": str(error)}
    connection.request("POST", path, body=json.dumps(answer))
    connection.getresponse().read()
