// Passes the gateway's answer to the library that browsers join meetings with, and checks the result.
// Usage: node meeting_session.mjs PROGRAM   where PROGRAM is the built `local`.
//
// `new MeetingSessionConfiguration` throws only when MediaPlacement is missing. It ignores a missing id or URL, so the
// check compares each of its fields with the answer.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { createServer } from "node:net";
import { JSDOM } from "jsdom";

const dom = new JSDOM("", { url: "http://localhost/" });
Object.assign(globalThis, { window: dom.window, document: dom.window.document });
const { MeetingSessionConfiguration } = (await import("amazon-chime-sdk-js")).default;

const [front, simulator, issuer] = await Promise.all([freePort(), freePort(), freePort()]);
const ports = ["--port", front, "--simulator-port", simulator, "--issuer-port", issuer].map(String);
const local = spawn(process.argv[2], ports, { stdio: ["ignore", "ignore", "inherit"] });
try {
  const query = new URLSearchParams({ tenant: "acme", groups: "hosts", sub: "ann" });
  const token = await untilItAnswers(`http://127.0.0.1:${issuer}/token?${query}`);
  const answer = await untilItAnswersAt(`http://127.0.0.1:${front}/meetings`, {
    method: "POST",
    headers: { Authorization: `Bearer ${token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ ExternalMeetingId: "standup", MeetingFeatures: { Video: { MaxResolution: "FHD" } } }),
  });
  assert.equal(answer.status, 201);
  const created = await answer.json();
  const { Meeting } = created;
  // The product's own back end creates attendees; the simulator has none.
  const attendee = { AttendeeId: "attendee-1", ExternalUserId: "ann", JoinToken: "join-token-1" };

  const configuration = new MeetingSessionConfiguration(created, { Attendee: attendee });

  const placement = Meeting.MediaPlacement;
  const made = {
    meetingId: configuration.meetingId,
    externalMeetingId: configuration.externalMeetingId,
    audioHostURL: configuration.urls.audioHostURL,
    signalingURL: configuration.urls.signalingURL,
    turnControlURL: configuration.urls.turnControlURL,
    eventIngestionURL: configuration.urls.eventIngestionURL,
    attendeeId: configuration.credentials.attendeeId,
    joinToken: configuration.credentials.joinToken,
  };
  assert.deepEqual(made, {
    meetingId: Meeting.MeetingId,
    externalMeetingId: "standup",
    audioHostURL: placement.AudioHostUrl,
    signalingURL: placement.SignalingUrl,
    turnControlURL: placement.TurnControlUrl,
    eventIngestionURL: placement.EventIngestionUrl,
    attendeeId: attendee.AttendeeId,
    joinToken: attendee.JoinToken,
  });
  for (const [name, value] of Object.entries(made)) assert.ok(value, `${name} is not empty`);
  // The request asks for FHD; the library's default is HD.
  assert.equal(configuration.meetingFeatures.videoMaxResolution.videoHeight, 1080);
  console.log("amazon-chime-sdk-js made a session configuration from the answer:", made.meetingId);
} finally {
  local.kill();
}
process.exit(0);

function freePort() {
  return new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

async function untilItAnswersAt(url, options) {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await fetch(url, options);
    } catch (error) {
      if (attempt === 100) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}

async function untilItAnswers(url) {
  const text = await (await untilItAnswersAt(url)).text();
  try {
    return JSON.parse(text).access_token ?? JSON.parse(text).token;
  } catch {
    return text.trim();
  }
}
