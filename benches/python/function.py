"""The same job in Python, by its best practice: one client outside the handler, with connections kept open.

No authentication and no policy.
"""

import json
import os
import uuid

import boto3
from botocore.config import Config

client = boto3.client("chime-sdk-meetings", config=Config(tcp_keepalive=True))
queue = os.environ["NOTIFICATIONS_QUEUE_ARN"]


def handler(event: dict) -> dict:
    asked = json.loads(event["body"])
    answer = client.create_meeting(
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
    headers = {"content-type": "application/json"}
    return {"statusCode": 201, "headers": headers, "body": json.dumps({"Meeting": answer["Meeting"]})}
