// What each field says of the policy is what the policy does to a request of that caller.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { button, descriptionOf, openPage, said, section, waitForText } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

const CALLERS = [
  {
    group: "members",
    unsent: "not sent: gets Receive",
    hint: "Fixed Receive no other value is allowed",
    why: "the policy binds who may not moderate",
  },
  {
    group: "hosts",
    unsent: "not sent: gets SendReceive",
    hint: "Fixed Receive for other people’s attendees; moderators may choose any value",
    why: "a moderator's own attendee gets none of the policy's capabilities",
  },
];

test("capabilities are shown as the policy has them for a member and for a moderator", async (t) => {
  const { page } = await openPage(harness, t);
  const who = section(page, "Who");
  const request = section(page, "Request");
  await who.getByLabel("Tenant").selectOption("town-hall");
  await request.locator("#operation").selectOption("JoinRoom");
  await request.getByText("Capabilities", { exact: true }).click();
  for (const { group, unsent, hint, why } of CALLERS) {
    for (const name of ["hosts", "members"]) {
      await who.getByRole("checkbox", { name }).setChecked(name === group);
    }
    const audio = request.getByLabel("Audio", { exact: true });
    await waitForText(request, hint);
    assert.match(await descriptionOf(audio), new RegExp(hint), why);
    assert.equal(await audio.locator("option").first().textContent(), unsent, why);
  }
});

test("a meeting that has the name of a room is not taken for the room's", async (t) => {
  const { page } = await openPage(harness, t);
  const request = section(page, "Request");
  await waitForText(section(page, "Who"), "ann may");
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  await waitForText(section(page, "Meetings"), "standup");
  await request.getByLabel("Operation").selectOption("JoinRoom");
  assert.equal(await request.getByLabel("RoomId").inputValue(), "standup");
  await button(request, "Send").click();
  await said(page, "JoinRoom: 201 Created");
  // As of a request that opens the room.
  await waitForText(section(page, "What happened"), '"MediaRegion": "eu-central-1", added Default, acme');
});

test("what was expected of a body is not said of a text that is no JSON", async (t) => {
  const { page } = await openPage(harness, t);
  const request = section(page, "Request");
  await request.getByLabel("MediaRegion", { exact: true }).fill("us-west-2");
  await waitForText(request, "would be refused: is not one of the values");
  await request.getByLabel("Body as JSON").fill("{");
  await waitForText(request, "The body is not JSON");
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count
  assert.doesNotMatch(await request.innerText(), /would be refused/);
});

test("where no token could be made, nothing is said of the rights of the person before", async (t) => {
  const { page } = await openPage(harness, t, { expectedErrors: [/status of 503/] });
  const who = section(page, "Who");
  await waitForText(who, "ann may");
  await page.route("**/local/token", (route) => route.fulfill({ status: 503, json: { error: "not now" } }));
  await who.getByLabel("Person").fill("eve");
  await waitForText(who, "not now");
  await who.getByRole("list", { name: "Rights" }).waitFor({ state: "detached" });
});
