// Creates a meeting and joins it, with openapi-fetch and the types that openapi-typescript makes of openapi.yaml:
//   npx openapi-typescript openapi.yaml --output generated/gateway.d.ts
import createClient from "openapi-fetch";
import type { components, paths } from "./generated/gateway.d.ts";

type Failure = components["schemas"]["Problem"] | components["schemas"]["ApiGatewayError"];
const reason = (failure: Failure) => ("detail" in failure ? failure.detail : failure.message);

// All that `MeetingSessionConfiguration` of amazon-chime-sdk-js takes.
async function joinNewMeeting(baseUrl: string, token: string, name: string) {
  const gateway = createClient<paths>({ baseUrl, headers: { Authorization: `Bearer ${token}` } });
  const created = await gateway.POST("/meetings", {
    // With a key, a repeated request returns the same meeting.
    params: { header: { "Idempotency-Key": crypto.randomUUID() } },
    body: { ExternalMeetingId: name },
  });
  if (created.error) throw new Error(`no meeting: ${reason(created.error)}`);
  const { MeetingId } = created.data.Meeting;
  const joined = await gateway.POST("/meetings/{MeetingId}/join", { params: { path: { MeetingId } } });
  if (joined.error) throw new Error(`no attendee: ${reason(joined.error)}`);
  return joined.data;
}

const [baseUrl = "", token = "", name = ""] = process.argv.slice(2);
console.log(JSON.stringify(await joinNewMeeting(baseUrl, token, name)));
