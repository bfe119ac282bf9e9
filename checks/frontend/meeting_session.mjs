// Passes the gateway's answers to the library that browsers join meetings with, and checks the result.
// It needs no browser, and the built `local`, which the variable LOCAL_PROGRAM can name.
//
// `new MeetingSessionConfiguration` throws only when MediaPlacement is missing. It ignores a missing id or URL, so the
// check compares each of its fields with the answer.
import assert from "node:assert/strict";
import { JSDOM } from "jsdom";
import { LocalGateway } from "./browser/local_gateway.mjs";

const dom = new JSDOM("", { url: "http://localhost/" });
Object.assign(globalThis, { window: dom.window, document: dom.window.document });
const { MeetingSessionConfiguration } = (await import("amazon-chime-sdk-js")).default;

const ANN = { sub: "ann", tenant: "acme", groups: "hosts" };

const gateway = await LocalGateway.start();
try {
  const asked = { ExternalMeetingId: "standup", MeetingFeatures: { Video: { MaxResolution: "FHD" } } };
  const created = await answerOf(await gateway.send(ANN, "POST", "/meetings", asked));
  const { Meeting } = created;
  const joined = await answerOf(await gateway.send(ANN, "POST", `/meetings/${Meeting.MeetingId}/join`));
  const { Attendee } = joined;

  // The meeting of either answer will do: the one that was created, and the one that was joined.
  for (const meeting of [created, joined]) {
    const configuration = new MeetingSessionConfiguration(meeting, joined);
    const made = {
      meetingId: configuration.meetingId,
      externalMeetingId: configuration.externalMeetingId,
      audioHostURL: configuration.urls.audioHostURL,
      signalingURL: configuration.urls.signalingURL,
      turnControlURL: configuration.urls.turnControlURL,
      eventIngestionURL: configuration.urls.eventIngestionURL,
      attendeeId: configuration.credentials.attendeeId,
      externalUserId: configuration.credentials.externalUserId,
      joinToken: configuration.credentials.joinToken,
    };
    assert.deepEqual(made, {
      meetingId: Meeting.MeetingId,
      externalMeetingId: "standup",
      audioHostURL: Meeting.MediaPlacement.AudioHostUrl,
      signalingURL: Meeting.MediaPlacement.SignalingUrl,
      turnControlURL: Meeting.MediaPlacement.TurnControlUrl,
      eventIngestionURL: Meeting.MediaPlacement.EventIngestionUrl,
      attendeeId: Attendee.AttendeeId,
      externalUserId: "ann",
      joinToken: Attendee.JoinToken,
    });
    for (const [name, value] of Object.entries(made)) assert.ok(value, `${name} is not empty`);
    // The request asks for FHD; the library's default is HD.
    assert.equal(configuration.meetingFeatures.videoMaxResolution.videoHeight, 1080);
  }
  console.log("amazon-chime-sdk-js made session configurations from the answers:", Meeting.MeetingId);
} finally {
  await gateway.stop();
}
// jsdom leaves timers behind.
process.exit(0);

async function answerOf(response) {
  assert.equal(response.status, 201);
  return response.json();
}
