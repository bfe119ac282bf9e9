// The same jobs in Node.js, by its best practice: one client outside the handlers, with connections kept open (the SDK's
// default), and the SDK bundled and minified by esbuild. No authentication and no policy.
import { randomUUID } from "node:crypto";
import {
  ChimeSDKMeetingsClient,
  CreateAttendeeCommand,
  CreateMeetingCommand,
  GetMeetingCommand,
} from "@aws-sdk/client-chime-sdk-meetings";

const client = new ChimeSDKMeetingsClient({});
const queue = process.env.NOTIFICATIONS_QUEUE_ARN;

async function createMeeting(event) {
  const asked = JSON.parse(event.body);
  const { Meeting } = await client.send(
    new CreateMeetingCommand({
      ClientRequestToken: randomUUID(),
      ExternalMeetingId: asked.ExternalMeetingId,
      MediaRegion: asked.MediaRegion,
      MeetingFeatures: {
        Video: { MaxResolution: "FHD" },
        Content: { MaxResolution: "FHD" },
        Attendee: { MaxCount: 20 },
      },
      TenantIds: ["acme"],
      Tags: [
        { Key: "Tenant", Value: "acme" },
        { Key: "CostCenter", Value: "4711" },
        { Key: "Course", Value: "physics" },
        { Key: "MeetingGateway", Value: "meeting-gateway" },
      ],
      NotificationsConfiguration: { SqsQueueArn: queue },
    }),
  );
  return answer(201, { Meeting });
}

async function getMeeting(event) {
  const { Meeting } = await client.send(new GetMeetingCommand({ MeetingId: meetingId(event) }));
  return answer(200, { Meeting });
}

async function createAttendee(event) {
  const { ExternalUserId } = JSON.parse(event.body);
  const { Attendee } = await client.send(new CreateAttendeeCommand({ MeetingId: meetingId(event), ExternalUserId }));
  return answer(201, { Attendee });
}

async function join(event) {
  const MeetingId = meetingId(event);
  const ExternalUserId = event.requestContext.authorizer.jwt.claims.sub;
  const { Meeting } = await client.send(new GetMeetingCommand({ MeetingId }));
  const { Attendee } = await client.send(new CreateAttendeeCommand({ MeetingId, ExternalUserId }));
  return answer(201, { Meeting, Attendee });
}

function meetingId(event) {
  return event.rawPath.split("/")[2];
}

function answer(statusCode, body) {
  return { statusCode, headers: { "content-type": "application/json" }, body: JSON.stringify(body) };
}

export const handlers = {
  CreateMeeting: createMeeting,
  GetMeeting: getMeeting,
  CreateAttendee: createAttendee,
  Join: join,
};
