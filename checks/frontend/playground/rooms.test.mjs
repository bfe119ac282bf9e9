// What the sections Rooms and Events show of who may do what, and of messages that come twice or never.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { button, openPage, section, waitForText } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

const REFUSED = [/status of 40[34]/];
let rooms = 0;
beforeEach(() => {
  rooms += 1;
});

test("who may join but not create waits outside until somebody has opened the room", async (t) => {
  const { room, person } = await openRooms(t, REFUSED);
  const bob = person("bob");
  await bob.getByLabel("hosts").uncheck();
  await bob.getByLabel("members").check();
  await button(room, "Join as bob").click();
  await waitForText(bob, "404 Not Found");
  await waitForText(bob, "NotFoundException: ");
  await button(room, "Join as ann").click();
  await waitForText(person("ann"), "opened by this request");
  await button(room, "Join as bob").click();
  await waitForText(bob, "was open already");
  await waitForText(room, "Both are in the same meeting");
});

test("without a group of the policy a person is refused, and the answer's own words are shown", async (t) => {
  const { room, person } = await openRooms(t, REFUSED);
  await person("bob").getByLabel("hosts").uncheck();
  await button(room, "Join as bob").click();
  await waitForText(person("bob"), "403 Forbidden");
  await waitForText(person("bob"), "ForbiddenException: ");
});

test("the same name in two tenants is two rooms", async (t) => {
  const { room, person } = await openRooms(t);
  await person("bob").getByLabel("Tenant").selectOption("initech");
  await button(room, "Join both at once").click();
  await waitForText(room, "They are in different meetings. A room belongs to its tenant");
});

test("a tenant that the policy does not list is refused by name", async (t) => {
  const { room, person } = await openRooms(t, REFUSED);
  await person("ann").getByLabel("Tenant").selectOption("another tenant …");
  await person("ann").getByLabel("Name of the other tenant").fill("umbrella");
  await button(room, "Join as ann").click();
  await waitForText(person("ann"), "403 Forbidden");
  await person("ann").getByText("Token and request").click();
  await waitForText(person("ann"), '"custom:tenant_id": "umbrella"');
});

test("a person's result says that the meeting has ended since", async (t) => {
  const { page, room, person, name } = await openRooms(t);
  await button(room, "Join as ann").click();
  await waitForText(person("ann"), "opened by this request");
  await button(section(page, "Meetings"), `End ${name}`).click();
  await waitForText(person("ann"), "Now the meeting has ended");
  assert.equal(await button(room, "Leave as ann").getAttribute("aria-disabled"), "true");
});

test("a request of a room is shown in What happened with its headers and its answer", async (t) => {
  const { page, room, name } = await openRooms(t);
  await button(room, "Join as ann").click();
  await waitForText(section(page, "What happened"), `POST /rooms/${name}/join`);
  await waitForText(section(page, "What happened"), "ann of acme, in hosts");
  await waitForText(section(page, "What happened"), '"MediaRegion": "eu-central-1", added Default, acme');
});

test("screen readers are told what became of a Join, and not its ids", async (t) => {
  const { room, person } = await openRooms(t);
  await button(room, "Join both at once").click();
  await waitForText(person("ann").getByRole("status"), "JoinRoom 201 Created");
  await waitForText(room, "Both are in the same meeting");
  const id = await person("ann").locator("dt:text-is('MeetingId') + dd").textContent();
  const told = (await room.getByRole("status").allTextContents()).join(" ");
  assert.ok(!told.includes(id), told);
});

test("a repeated event changes no usage, and one that comes after all does", async (t) => {
  const { page, room, name } = await openRooms(t);
  const events = section(page, "Events");
  const heading = page.getByRole("heading", { name, exact: true });
  const meeting = section(page, "Meetings").getByRole("listitem").filter({ has: heading });
  const mostAtOnce = events.getByRole("row", { name: "acme" }).getByRole("cell").last();
  await button(room, "Join both at once").click();
  await button(meeting, "Connect: ann").click();
  await waitForText(events, "AttendeeJoined delivered");
  await events.getByRole("switch").check();
  await button(meeting, "Connect: bob").click();
  await button(events, "Drop: AttendeeJoined").click();
  await events.getByRole("switch").uncheck();
  await button(meeting, "Leave: ann").click();
  await waitForText(mostAtOnce, "1");
  await button(events, "Repeat: AttendeeJoined").first().click();
  await button(events, "Repeat: AttendeeLeft").first().click();
  await waitForText(events, "AttendeeLeft delivered 2 times");
  // Long enough for the table to be read again.
  await page.waitForTimeout(500);
  await waitForText(mostAtOnce, "1");
  // Ann was still there when bob came.
  await button(events, "Deliver after all: AttendeeJoined").click();
  await waitForText(mostAtOnce, "2");
});

/** The page with a room that no other test has. */
async function openRooms(t, expectedErrors) {
  const { page } = await openPage(harness, t, { expectedErrors });
  const room = section(page, "Rooms");
  const name = `room-${rooms}`;
  await room.getByLabel("Room", { exact: true }).fill(name);
  return { page, room, name, person: (who) => room.getByRole("group", { name: who, exact: true }) };
}
