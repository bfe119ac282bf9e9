"""Creates a meeting and joins it, with the client that openapi-python-client makes of openapi.yaml.

openapi-python-client generate --path openapi.yaml --meta none --output-path meeting_gateway_client
"""

import json
import sys
import uuid

from meeting_gateway_client import AuthenticatedClient
from meeting_gateway_client.api.meetings import create_meeting, join
from meeting_gateway_client.models import JoinAnswer, MeetingAnswer, MeetingRequest, Problem


def join_new_meeting(gateway: str, token: str, name: str) -> JoinAnswer:
    """Returns a new meeting and the caller's attendee, all that a media client needs."""
    with AuthenticatedClient(base_url=gateway, token=token) as client:
        request = MeetingRequest(external_meeting_id=name)
        # With a key, a repeated request returns the same meeting.
        created = create_meeting.sync(client=client, body=request, idempotency_key=str(uuid.uuid4()))
        if isinstance(created, Problem):
            sys.exit(f"no meeting: {created.detail}")
        assert isinstance(created, MeetingAnswer)
        joined = join.sync(created.meeting.meeting_id, client=client)
        if isinstance(joined, Problem):
            sys.exit(f"no attendee: {joined.detail}")
        assert isinstance(joined, JoinAnswer)
        return joined


if __name__ == "__main__":
    print(json.dumps(join_new_meeting(*sys.argv[1:]).to_dict()))
