"""The same jobs in Python, by its best practice: one client outside the handlers, with connections kept open.

No authentication and no policy.
"""

import json
import os
import uuid

import boto3
from botocore.config import Config

client = boto3.client("chime-sdk-meetings", config=Config(tcp_keepalive=True))
queue = os.environ["NOTIFICATIONS_QUEUE_ARN"]


def create_meeting(event: dict) -> dict:
    asked = json.loads(event["body"])
    created = client.create_meeting(
        ClientRequestToken=str(uuid.uuid4()),
        ExternalMeetingId=asked["ExternalMeetingId"],
        MediaRegion=asked["MediaRegion"],
        MeetingFeatures={
            "Video": {"MaxResolution": "FHD"},
            "Content": {"MaxResolution": "FHD"},
            "Attendee": {"MaxCount": 20},
        },
        TenantIds=["acme"],
        Tags=[
            {"Key": "Tenant", "Value": "acme"},
            {"Key": "CostCenter", "Value": "4711"},
            {"Key": "Course", "Value": "physics"},
            {"Key": "MeetingGateway", "Value": "meeting-gateway"},
        ],
        NotificationsConfiguration={"SqsQueueArn": queue},
    )
    return answer(201, {"Meeting": created["Meeting"]})


def get_meeting(event: dict) -> dict:
    return answer(200, {"Meeting": client.get_meeting(MeetingId=meeting_id(event))["Meeting"]})


def create_attendee(event: dict) -> dict:
    user = json.loads(event["body"])["ExternalUserId"]
    created = client.create_attendee(MeetingId=meeting_id(event), ExternalUserId=user)
    return answer(201, {"Attendee": created["Attendee"]})


def join(event: dict) -> dict:
    meeting = client.get_meeting(MeetingId=meeting_id(event))["Meeting"]
    user = event["requestContext"]["authorizer"]["jwt"]["claims"]["sub"]
    created = client.create_attendee(MeetingId=meeting_id(event), ExternalUserId=user)
    return answer(201, {"Meeting": meeting, "Attendee": created["Attendee"]})


def meeting_id(event: dict) -> str:
    return event["rawPath"].split("/")[2]


def answer(status: int, body: dict) -> dict:
    return {"statusCode": status, "headers": {"content-type": "application/json"}, "body": json.dumps(body)}


HANDLERS = {
    "CreateMeeting": create_meeting,
    "GetMeeting": get_meeting,
    "CreateAttendee": create_attendee,
    "Join": join,
}
