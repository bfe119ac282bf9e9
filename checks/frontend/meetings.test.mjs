// The example page in Chromium: two people meet through the gateway, and what a page sees when it may not.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Harness } from "./browser/harness.mjs";

const EXAMPLE = fileURLToPath(new URL("example", import.meta.url));
const ANN = { sub: "ann", tenant: "acme", groups: "hosts" };
const BOB = { sub: "bob", tenant: "acme", groups: "members" };
const EVE = { sub: "eve", tenant: "acme", groups: "visitors" };
const MALLORY = { sub: "mallory", tenant: "globex", groups: "hosts" };
const NO_MEETING = "2f6f1f3a-0000-4000-8000-000000000000";

let harness;
let site;
before(async () => {
  harness = await Harness.start();
  site = await harness.serve(EXAMPLE);
});
after(() => harness?.close());

test("a page creates a meeting, another user's page joins it by its id, and the host ends it", async (t) => {
  const ann = await openAs(t, ANN);
  const bob = await openAs(t, BOB, { expectedErrors: [/status of 404/] });

  await ann.press("Create", "The meeting is open.");
  const meeting = await ann.meeting();
  await ann.press("Join", "ann may connect.");
  await bob.enter({ Meeting: meeting });
  await bob.press("Join", "bob may connect.");

  const forAnn = await ann.configuration();
  const forBob = await bob.configuration();
  await assertIsOf(forAnn, ANN, meeting);
  await assertIsOf(forBob, BOB, meeting);
  assert.notEqual(forAnn.joinToken, forBob.joinToken);
  assert.notEqual(forAnn.attendeeId, forBob.attendeeId);

  await ann.press("End", "The meeting has ended.");
  await bob.pressInVain("Join", /meeting/);

  // The pages come from another origin, so the browser asks before each method and path, once.
  assert.deepEqual(ann.preflights, [
    { method: "POST", path: "/meetings" },
    { method: "POST", path: `/meetings/${meeting}/join` },
    { method: "DELETE", path: `/meetings/${meeting}` },
  ]);
});

test("pages meet in a room by its name, and in a new meeting after the host has ended it", async (t) => {
  const bob = await openAs(t, BOB, { expectedErrors: [/status of 404/] });
  await bob.enter({ Room: "standup" });
  await bob.pressInVain("Join room", /room/);

  const ann = await openAs(t, ANN);
  await ann.enter({ Room: "standup" });
  await ann.press("Join room", "ann may connect.");
  await bob.press("Join room", "bob may connect.");
  const meeting = await ann.meeting();
  assert.equal(await bob.meeting(), meeting);
  await assertIsOf(await ann.configuration(), ANN, meeting);
  await assertIsOf(await bob.configuration(), BOB, meeting);

  await ann.press("End room", "The room is empty.");
  await bob.pressInVain("Join room", /room/);
  await ann.press("Join room", "ann may connect.");
  assert.notEqual(await ann.meeting(), meeting);
  await bob.press("Join room", "bob may connect.");
  assert.equal(await bob.meeting(), await ann.meeting());
});

test("one call creates a meeting and its creator's attendee", async (t) => {
  const ann = await openAs(t, ANN);
  await ann.press("Create and join", "ann may connect.");
  await assertIsOf(await ann.configuration(), ANN, await ann.meeting());
  assert.deepEqual(ann.preflights, [{ method: "POST", path: "/meetings?operation=create-attendees" }]);
});

test("a second device of a person has an id, an attendee and a JoinToken of its own", async (t) => {
  const ann = await openAs(t, ANN);
  await ann.press("Create", "The meeting is open.");
  const meeting = await ann.meeting();
  const laptop = await openAs(t, BOB);
  const phone = await openAs(t, BOB);
  await laptop.enter({ Meeting: meeting });
  await phone.enter({ Meeting: meeting, Device: "phone" });

  await laptop.press("Join", "bob may connect.");
  await phone.press("Join", "bob may connect.");

  const [first, second] = [await laptop.configuration(), await phone.configuration()];
  assert.equal(first.externalUserId, "bob");
  assert.equal(second.externalUserId, "bob#phone");
  assert.notEqual(first.attendeeId, second.attendeeId);
  assert.notEqual(first.joinToken, second.joinToken);
});

test("a page shows why its user may not create, join or end a meeting", async (t) => {
  const ann = await openAs(t, ANN);
  await ann.press("Create", "The meeting is open.");
  const meeting = await ann.meeting();

  const eve = await openAs(t, EVE, { expectedErrors: [/status of 403/] });
  await eve.enter({ Meeting: meeting });
  await eve.pressInVain("Create", /groups?.*hosts/);
  await eve.pressInVain("Join", /groups?.*members/);
  const bob = await openAs(t, BOB, { expectedErrors: [/status of 403/] });
  await bob.enter({ Meeting: meeting });
  await bob.pressInVain("End", /groups?.*hosts/);

  // Nothing of that has ended it.
  await ann.press("Join", "ann may connect.");
});

test("a page cannot tell another tenant's meeting from one that never was", async (t) => {
  const ann = await openAs(t, ANN);
  await ann.press("Create", "The meeting is open.");
  const mallory = await openAs(t, MALLORY, { expectedErrors: [/status of 404/] });

  const texts = [];
  for (const meeting of [await ann.meeting(), NO_MEETING]) {
    await mallory.enter({ Meeting: meeting });
    texts.push(await mallory.pressInVain("Join", /meeting/));
  }
  assert.equal(texts[0], texts[1]);
});

test("a page waits and tries again while Chime throttles", async (t) => {
  // As many as the gateway's own attempts for one request.
  await harness.gateway.arm({ fault: "ThrottlingException", operation: "CreateMeeting", times: 3 });
  const ann = await openAs(t, ANN, { expectedErrors: [/status of 429/] });
  await ann.press("Create", "The meeting is open.");
});

test("a page tells its user at once that a meeting is full", async (t) => {
  const asked = { ExternalMeetingId: "pair", MeetingFeatures: { Attendee: { MaxCount: 1 } } };
  const created = await harness.gateway.send(ANN, "POST", "/meetings", asked);
  assert.equal(created.status, 201);
  const { MeetingId } = (await created.json()).Meeting;
  const ann = await openAs(t, ANN);
  await ann.enter({ Meeting: MeetingId });
  await ann.press("Join", "ann may connect.");

  const bob = await openAs(t, BOB, { expectedErrors: [/status of 429/] });
  await bob.enter({ Meeting: MeetingId });
  await bob.pressInVain("Join", /as many attendees as it allows/);
});

/** Opens the example page for a person. */
async function openAs(t, { sub, tenant, groups }, options) {
  const addresses = new URLSearchParams({ gateway: harness.gateway.url, issuer: harness.gateway.issuerUrl });
  const { page, preflights } = await harness.open(t, `${site}/index.html?${addresses}`, options);
  const enter = async (values) => {
    for (const [label, value] of Object.entries(values)) await page.getByLabel(label).fill(value);
  };
  const pressUntil = async (button, role, text) => {
    await page.getByRole("button", { name: button, exact: true }).click();
    const element = page.getByRole(role).filter({ hasText: text });
    await element.waitFor();
    return element.textContent();
  };
  await enter({ User: sub, Tenant: tenant, Groups: groups });
  return {
    preflights,
    enter,
    /** Presses a button and waits for what the page then says. */
    press: (button, status) => pressUntil(button, "status", status),
    /** Presses a button and waits for the error; returns its text. */
    pressInVain: (button, error) => pressUntil(button, "alert", error),
    meeting: () => page.getByLabel("Meeting").inputValue(),
    configuration: () => page.evaluate(readConfiguration),
  };
}

/** Reads the MeetingSessionConfiguration of the page's session by its members: its JSON hides the JoinToken. Runs in the page. */
function readConfiguration() {
  const { meetingId, externalMeetingId, credentials, urls } = globalThis.session.configuration;
  const { attendeeId, externalUserId, joinToken } = credentials;
  const { audioHostURL, signalingURL, turnControlURL, eventIngestionURL } = urls;
  const placement = { audioHostURL, signalingURL, turnControlURL, eventIngestionURL };
  return { meetingId, externalMeetingId, attendeeId, externalUserId, joinToken, urls: placement };
}

/** Compares a configuration with what the gateway says of the meeting and of the person's attendee. */
async function assertIsOf(configuration, person, meetingId) {
  const { Meeting } = await read(person, `/meetings/${meetingId}`);
  const { Attendee } = await read(person, `/meetings/${meetingId}/attendees/${configuration.attendeeId}`);
  const { AudioHostUrl, SignalingUrl, TurnControlUrl, EventIngestionUrl } = Meeting.MediaPlacement;
  assert.deepEqual(configuration, {
    meetingId,
    externalMeetingId: "standup",
    attendeeId: Attendee.AttendeeId,
    externalUserId: person.sub,
    joinToken: Attendee.JoinToken,
    urls: {
      audioHostURL: AudioHostUrl,
      signalingURL: SignalingUrl,
      turnControlURL: TurnControlUrl,
      eventIngestionURL: EventIngestionUrl,
    },
  });
  for (const value of [configuration.joinToken, ...Object.values(configuration.urls)]) assert.ok(value);
}

async function read(person, path) {
  const answer = await harness.gateway.send(person, "GET", path);
  assert.equal(answer.status, 200);
  return answer.json();
}
