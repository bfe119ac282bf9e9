// amazon-chime-sdk-component-library-react on the gateway's answers, in Chromium with a fake camera and microphone.
// Chime's media servers are not reached, so the test ends where `meetingManager.start()` would connect.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Harness } from "./browser/harness.mjs";

const EXAMPLE = fileURLToPath(new URL("example", import.meta.url));
const ANN = { sub: "ann", tenant: "acme", groups: "hosts" };
const BOB = { sub: "bob", tenant: "acme", groups: "members" };

let harness;
let site;
before(async () => {
  harness = await Harness.start();
  site = await harness.serve(EXAMPLE);
});
after(() => harness?.close());

test("MeetingManager makes a session of a join's answer and selects devices", async (t) => {
  const meeting = await createMeeting();
  const page = await openJoined(t, BOB, meeting);

  const made = await page.evaluate(() => {
    const { meetingSession, meetingId, selectedAudioInputDevice, videoInputDevices } = globalThis.meetingManager;
    const { credentials, urls } = meetingSession.configuration;
    return {
      meetingId,
      externalUserId: credentials.externalUserId,
      hasJoinToken: credentials.joinToken.length > 0,
      signalingURL: urls.signalingURL,
      microphone: selectedAudioInputDevice,
      cameras: videoInputDevices.length,
    };
  });

  assert.deepEqual(made, {
    meetingId: meeting.MeetingId,
    externalUserId: "bob",
    hasJoinToken: true,
    signalingURL: meeting.MediaPlacement.SignalingUrl,
    microphone: "default",
    cameras: 1,
  });
});

test("the roster shows the name of an attendee's owner, whatever the suffix says", async (t) => {
  const page = await openJoined(t, ANN, await createMeeting());
  // What Chime's signalling reports of other attendees, in the place where the library hears of it.
  await page.evaluate(() => {
    const { realtimeController } = globalThis.meetingManager.meetingSession.audioVideo;
    const present = ["bob#phone", "bob#Ann Archer", "ann", "zoe#Ann Archer"];
    for (const [number, externalUserId] of present.entries()) {
      realtimeController.realtimeSetAttendeeIdPresence(`attendee-${number}`, true, externalUserId, false, null);
    }
  });
  const people = page.getByRole("list", { name: "People" }).getByRole("listitem");
  await people.filter({ hasText: "Unknown" }).waitFor();
  assert.deepEqual(await people.allTextContents(), ["Bob Baker", "Bob Baker", "Ann Archer", "Unknown"]);
});

test("a page of the component library shows why its user can't join", async (t) => {
  const meeting = await createMeeting();
  const page = await open(t, { sub: "eve", tenant: "acme", groups: "visitors" }, meeting, [/status of 403/]);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("status").filter({ hasText: "members" }).waitFor();
});

async function createMeeting() {
  const answer = await harness.gateway.send(ANN, "POST", "/meetings", { ExternalMeetingId: "standup" });
  assert.equal(answer.status, 201);
  return (await answer.json()).Meeting;
}

async function openJoined(t, person, meeting) {
  const page = await open(t, person, meeting);
  await page.getByRole("button", { name: "Join" }).click();
  await page.getByRole("status").filter({ hasText: "Ready to start." }).waitFor();
  return page;
}

async function open(t, person, meeting, expectedErrors = []) {
  const { url, issuerUrl } = harness.gateway;
  const query = new URLSearchParams({ gateway: url, issuer: issuerUrl, ...person, meeting: meeting.MeetingId });
  const { page } = await harness.open(t, `${site}/components.html?${query}`, { expectedErrors });
  return page;
}
