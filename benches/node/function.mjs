// The same job in Node.js, by its best practice: one client outside the handler, with connections kept open (the SDK's
// default), and the SDK bundled and minified by esbuild. No authentication and no policy.
import { randomUUID } from "node:crypto";
import { ChimeSDKMeetingsClient, CreateMeetingCommand } from "@aws-sdk/client-chime-sdk-meetings";

const client = new ChimeSDKMeetingsClient({});
const queue = process.env.NOTIFICATIONS_QUEUE_ARN;

export async function handler(event) {
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
  return { statusCode: 201, headers: { "content-type": "application/json" }, body: JSON.stringify({ Meeting }) };
}
