// Names and bodies as nobody should send them.
import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { button, openPage, said, section, waitForText } from "./playground.mjs";
import { copyInEachLanguage, LANGUAGES, runSnippet } from "./snippets.mjs";

/** Ends an attribute, an element, a text of JavaScript and a template, and turns the direction of writing. */
const HOSTILE = `"><img src=x onerror=alert(1)>\u202e\${alert(1)}'`;

/** The worst of it that Chime takes as the id of an attendee's owner. */
const HOSTILE_TO_CHIME = `"'{{alert(1)}}[(&`;

const POLICY = {
  Everyone: { Default: { MediaRegion: "us-east-1" } },
  Tenants: { [HOSTILE]: { Fixed: { TenantIds: ["hostile"] }, Callers: { AnyGroup: [HOSTILE] } } },
};

let harness;
let folder;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), "hostile-"));
  const policy = join(folder, "policy.json");
  await writeFile(policy, JSON.stringify(POLICY));
  harness = await Harness.start("--policy", policy);
});
after(async () => {
  await harness?.close();
  await rm(folder, { recursive: true });
});

test("names that are HTML and code are shown as text in every section", async (t) => {
  // No room has such a name.
  const { page } = await openPage(harness, t, { expectedErrors: [/status of 404/] });
  page.on("dialog", (dialog) => assert.fail(`a script ran: ${dialog.message()}`));
  const who = section(page, "Who");
  await waitForText(who, "ann may");
  await who.getByLabel("Person").fill(HOSTILE);
  await waitForText(who, `${HOSTILE} may`);
  const request = section(page, "Request");
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  await waitForText(
    section(page, "What happened").getByRole("region", { name: "You sent" }),
    `${HOSTILE} of ${HOSTILE}, in ${HOSTILE}`,
  );

  await who.getByLabel("Person").fill(HOSTILE_TO_CHIME);
  await request.getByLabel("Operation").selectOption("Join");
  await button(request, "Send").click();
  await said(page, "Join: 201 Created");
  await button(section(page, "Meetings"), `Connect: ${HOSTILE_TO_CHIME}`).click();
  await waitForText(section(page, "Events"), `${HOSTILE_TO_CHIME} in standup`);

  const rooms = section(page, "Rooms");
  await rooms.getByRole("textbox", { name: "Room" }).fill(HOSTILE);
  await button(rooms, "Join both at once").click();
  await waitForText(rooms, "NotFoundException: there is no such room");
  await page.getByRole("checkbox", { name: HOSTILE }).first().waitFor();
  assert.equal(await page.locator("img:not([alt])").count(), 0);
});

test("code to copy sends names with quotes, signs of shells and other scripts as they are", async (t) => {
  const { page } = await openPage(harness, t, { permissions: ["clipboard-read", "clipboard-write"] });
  const request = section(page, "Request");
  const who = section(page, "Who");
  await waitForText(who, "ann may");
  // What Chime allows in the one, and what it would not in the other, which is a claim of the token alone.
  const name = `it's "é" #{x} (y) & z`;
  await who.getByLabel("Person").fill('o\'brien "$(exit 7)" `id` \\n \u{1f600}');
  await request.getByLabel("ExternalMeetingId").fill(name);
  await request.getByRole("button", { name: "New key" }).click();
  const codes = await copyInEachLanguage(page);
  const before = (await harness.gateway.meetings()).length;
  await Promise.all(LANGUAGES.map((language, index) => runSnippet(language, codes[index])));
  const meetings = (await harness.gateway.meetings()).slice(before);
  // One meeting, since all have sent the same key as the same person.
  assert.deepEqual(
    meetings.map(({ Meeting }) => Meeting.ExternalMeetingId),
    [name],
  );
});

const BODIES = [
  ["repeats a member", '{"ExternalMeetingId": "one", "ExternalMeetingId": "two"}', 400, "is repeated"],
  ["is no JSON", '{"ExternalMeetingId": "one",}', 400, "trailing comma"],
  ["is nested too deeply", `${"[".repeat(20_000)}${"]".repeat(20_000)}`, 400, "recursion limit exceeded"],
  ["has a member of another type", '{"ExternalMeetingId": "one", "Tags": 3}', 400, "#/Tags must be an array"],
  ["is too long", JSON.stringify({ ExternalMeetingId: "x".repeat(100_000) }), 413, "at most 65536 bytes"],
];

for (const [fault, body, status, text] of BODIES) {
  test(`a body that ${fault} is sent as it is, and refused`, async (t) => {
    const { page, requests } = await openPage(harness, t, { expectedErrors: [new RegExp(`status of ${status}`)] });
    const request = section(page, "Request");
    await waitForText(section(page, "Who"), "ann may");
    await request.getByLabel("Body as JSON").fill(body);
    for (const language of LANGUAGES) await request.getByRole("tab", { name: language, exact: true }).click();
    await request.getByRole("tab", { name: "Body" }).click();
    await button(request, "Send").click();
    await said(page, `CreateMeeting: ${status}`);
    await waitForText(section(page, "What happened").getByRole("region", { name: "You got" }), text);
    assert.equal(requests.find((each) => each.url().endsWith("/meetings")).postData(), body);
    // What was sent is shown, and not what a parser makes of it.
    const shown = section(page, "What happened").getByRole("group", { name: "Body that was sent" });
    if (fault === "repeats a member") await waitForText(shown, body);
  });
}

test("a path that a browser would change is not sent", async (t) => {
  const { page, requests } = await openPage(harness, t);
  const request = section(page, "Request");
  await waitForText(section(page, "Who"), "ann may");
  await request.getByLabel("Operation").selectOption("GetRoom");
  await request.getByLabel("RoomId").fill("..");
  const before = requests.length;
  await button(request, "Send").click();
  await said(page, "No answer: a browser can’t ask for /rooms/..; it would ask for /");
  const sent = requests.slice(before).map((each) => new URL(each.url()).pathname);
  assert.ok(!sent.includes("/"), sent.join(" "));
});

test("a header that can't carry a text is named", async (t) => {
  const { page } = await openPage(harness, t);
  const request = section(page, "Request");
  await waitForText(section(page, "Who"), "ann may");
  await request.getByLabel("Idempotency-Key").fill("ключ");
  await button(request, "Send").click();
  await said(page, "No answer: the header Idempotency-Key can’t carry this text");
});
