// A visitor tries every section of the page, one after the other. In each state the page is accessible in both themes and
// fits a phone. With the variable SCREENSHOTS the pictures of docs/images are made on the way.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";
import { Harness } from "../browser/harness.mjs";
import { assertHolds, button, DESKTOP, descriptionOf, openPage, said, section, waitForText } from "./playground.mjs";
import { copyInEachLanguage, LANGUAGES, runSnippet } from "./snippets.mjs";

/** The height of the page's header, in CSS pixels. */
const HEADER = 57;

const IMAGES = fileURLToPath(new URL("../../../docs/images/", import.meta.url));

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

test("a visitor tries every section", async (t) => {
  const { page } = await openPage(harness, t, {
    // A region that the policy does not allow, and a full quota.
    expectedErrors: [/status of 403/, /status of 429/],
    permissions: ["clipboard-read", "clipboard-write"],
  });
  await decodeTheToken(page);
  await seeWhatThePolicyHas(page);
  await sendTheReadyRequest(page);
  await takeScreenshots(page);
  await askForMoreThanIsAllowed(page);
  await copyAsCode(page);
  await joinAndConnect(page);
  await holdEventsBack(page);
  await endTheMeeting(page);
  await letChimeFail(page);
  await meetInARoom(page);
  await breakThePolicy(page);
  await tryAPolicy(page);
  await changeTheTheme(page);
});

async function decodeTheToken(page) {
  const who = section(page, "Who");
  await waitForText(who, "ann may");
  await who.getByText("The token, decoded").click();
  await waitForText(who, '"custom:tenant_id": "acme"');
  await waitForText(who, '"alg": "ES256"');
  await who.getByRole("checkbox", { name: "hosts" }).uncheck();
  await said(page, "Rights: none");
  await right(who, "Create", "no:").waitFor();
  await waitForText(section(page, "Request"), "Needs the right Create, which this person lacks");
  await who.getByRole("checkbox", { name: "hosts" }).check();
  await right(who, "Create", "yes:").waitFor();
  await assertHolds(page, "the token decoded");
  await who.getByText("The token, decoded").click();
}

/** A right in the list of rights, with the verdict that stands beside it. */
function right(who, name, verdict) {
  const rights = who.getByRole("list", { name: "Rights" }).getByRole("listitem");
  return rights.filter({ hasText: name }).getByRole("img", { name: verdict });
}

async function seeWhatThePolicyHas(page) {
  const request = section(page, "Request");
  const region = request.getByLabel("MediaRegion", { exact: true });
  assert.match(await descriptionOf(region), /Default eu-central-1 allowed: eu-central-1, eu-west-2 or us-east-1/);
  assert.match(
    await descriptionOf(request.getByLabel("Video.MaxResolution")),
    /Chime’s default: HD allowed: up to FHD/,
  );
  await section(page, "Who").getByLabel("Tenant").selectOption("globex");
  await waitForText(request, "Fixed eu-central-1 no other value is allowed");
  await section(page, "Who").getByLabel("Tenant").selectOption("acme");
  await waitForText(request, "Default eu-central-1 allowed");
  // A hint leads to its place in the document.
  await request.getByRole("link", { name: "eu-central-1", exact: true }).click();
  await page.waitForFunction(isSelected, '"MediaRegion": "eu-central-1"');
}

/** Runs in the page: whether the caret of the field with the focus stands at a text, or the text is selected from there on. */
function isSelected(text) {
  const { value, selectionStart } = document.activeElement ?? {};
  return typeof value === "string" && value.startsWith(text, selectionStart);
}

async function sendTheReadyRequest(page) {
  await button(section(page, "Request"), "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  const received = station(page, "Chime received");
  await waitForText(received, '"MediaRegion": "eu-central-1", added Default, acme');
  await waitForText(received, '"MaxCount": 25 added Default, Everyone');
  await waitForText(received, 'added Fixed, acme "Key": "CostCenter"');
  await waitForText(received, "added by the gateway itself");
  await waitForText(station(page, "You sent"), '{ "ExternalMeetingId": "standup" }');
  await waitForText(station(page, "You got"), '"TenantIds": [ "acme" ]');
  await waitForText(station(page, "Log line"), "request served");
  await waitForText(section(page, "Meetings"), "0 of at most 25");
  await waitForText(events(page).first(), "MeetingStarted delivered");
  await assertHolds(page, "a meeting created");
}

function station(page, name) {
  return section(page, "What happened").getByRole("region", { name, exact: true });
}

function events(page) {
  return section(page, "Events").getByRole("list", { name: "Events, the newest first" }).getByRole("listitem");
}

async function takeScreenshots(page) {
  if (!process.env.SCREENSHOTS) return;
  const happened = section(page, "What happened");
  const { height } = await happened.boundingBox();
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    await page.setViewportSize({ ...DESKTOP, height: Math.ceil(height) + HEADER });
    // The section alone, below the page's header.
    await happened.evaluate((element, top) => scrollBy(0, element.getBoundingClientRect().top - top), HEADER - 20);
    await page.screenshot({ path: `${IMAGES}playground-${colorScheme}.png` });
  }
  await page.setViewportSize(DESKTOP);
  await page.emulateMedia({ colorScheme: "light", reducedMotion: null });
}

async function askForMoreThanIsAllowed(page) {
  const request = section(page, "Request");
  const region = request.getByLabel("MediaRegion", { exact: true });
  await region.fill("us-west-2");
  await waitForText(request, "would be refused: is not one of the values that the tenant's policy allows");
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 403 Forbidden");
  assert.equal(await region.getAttribute("aria-invalid"), "true");
  assert.match(await descriptionOf(region), / is not one of the values that the tenant's policy allows: eu-central-1/);
  await waitForText(station(page, "You sent"), '"MediaRegion": "us-west-2" refused is not one of the values');
  await waitForText(station(page, "Chime received"), "Nothing: the gateway answered by itself");
  await assertHolds(page, "a request refused", "Request", "What happened");
  await region.fill("");
}

async function copyAsCode(page) {
  const request = section(page, "Request");
  // All but the first send the meeting that the first has made: the key is the same.
  await request.getByRole("button", { name: "New key" }).click();
  const codes = await copyInEachLanguage(page);
  await assertHolds(page, "the request as code", "Request");
  const outputs = await Promise.all(LANGUAGES.map((language, index) => runSnippet(language, codes[index])));
  const ids = outputs.map((output) => output.match(/"MeetingId": ?"([^"]+)"/)?.[1]);
  assert.match(ids[0], /^[-0-9a-f]{36}$/);
  assert.deepEqual(ids, Array(LANGUAGES.length).fill(ids[0]), outputs.join("\n"));
  await request.getByRole("tab", { name: "Body" }).click();
}

async function joinAndConnect(page) {
  const request = section(page, "Request");
  await request.getByLabel("Operation").selectOption("Join");
  // The newest meeting is chosen.
  await button(request, "Send").click();
  await said(page, "Join: 201 Created");
  await waitForText(station(page, "Chime received"), '{ "ExternalUserId": "ann" added the token’s subject }');
  const meetings = section(page, "Meetings");
  await waitForText(meetings, "ann not connected");
  await button(meetings, "Connect: ann").click();
  await waitForText(meetings, "ann connected");
  await waitForText(events(page).first(), "AttendeeJoined delivered");
  await events(page).first().getByText("Message, and what notifications wrote").click();
  await waitForText(events(page).first(), "tenant acme");
  await assertHolds(page, "somebody in a meeting", "Meetings", "Events");
}

async function holdEventsBack(page) {
  const section_ = section(page, "Events");
  const meetings = section(page, "Meetings");
  await section_.getByRole("switch", { name: "Hold coming messages back" }).check();
  for (const [press, event] of [
    ["Leave: ann", "AttendeeLeft"],
    ["Connect: ann", "AttendeeJoined"],
    ["Lose connection: ann", "AttendeeDropped"],
  ]) {
    await button(meetings, press).click();
    await waitForText(events(page).first(), `${event} held back`);
  }
  await waitForText(section_, "3 messages held");
  await assertHolds(page, "messages held back", "Meetings", "Events");

  await button(section_, "Drop: AttendeeDropped").click();
  await waitForText(events(page).first(), "AttendeeDropped lost");
  await waitForText(section_, "2 messages held");
  await button(section_, "Deliver in reverse").click();
  await waitForText(section_, "0 messages held");
  await waitForText(events(page).nth(1), "AttendeeJoined delivered");
  await button(events(page).nth(2), "Repeat: AttendeeLeft").click();
  await waitForText(events(page).nth(2), "AttendeeLeft delivered 2 times");
  await section_.getByRole("switch", { name: "Hold coming messages back" }).uncheck();
}

async function endTheMeeting(page) {
  const meetings = section(page, "Meetings");
  const count = await meetings.getByRole("button", { name: "End standup" }).count();
  await meetings.getByRole("button", { name: "End standup" }).first().click();
  await waitForText(meetings, "1 meeting that has ended");
  assert.equal(await meetings.getByRole("button", { name: "End standup" }).count(), count - 1);
  await waitForText(events(page).first(), "MeetingEnded delivered");
}

async function letChimeFail(page) {
  const faults = section(page, "Chime’s faults");
  const request = section(page, "Request");
  await request.getByLabel("Operation").selectOption("CreateMeeting");

  await faults.getByRole("radio", { name: "Throttled" }).check();
  await faults.getByLabel("Retry-After in seconds").fill("0");
  await button(faults, "Let Chime fail").click();
  await waitForText(faults, "throttled (429) · any operation · once more");
  await assertHolds(page, "a fault armed", "Chime’s faults");
  await button(request, "New key").click();
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  await waitForText(station(page, "Chime received"), "CreateMeeting 429");
  await waitForText(station(page, "Chime received"), "CreateMeeting 201 attempt 2");
  await waitForText(faults, "Chime answers as it should.");

  await faults.getByRole("radio", { name: "Quota full" }).check();
  await faults.getByLabel("How many requests to Chime").fill("2");
  await button(faults, "Let Chime fail").click();
  await button(request, "New key").click();
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 429 Too Many Requests");
  await waitForText(station(page, "You got"), "LimitExceededException");
  await waitForText(faults, "quota full · CreateMeeting only · once more");
  await button(faults, "Turn off").click();
  await waitForText(faults, "Chime answers as it should.");
}

async function meetInARoom(page) {
  const rooms = section(page, "Rooms");
  await button(rooms, "Join both at once").click();
  await waitForText(rooms, "Both are in the same meeting");
  const ids = await rooms.locator("dt:text-is('MeetingId') + dd").allTextContents();
  assert.equal(ids.length, 2);
  assert.equal(ids[0], ids[1]);
  await assertHolds(page, "two people in a room", "Rooms");

  await button(rooms, "Leave as bob").click();
  await waitForText(rooms.getByRole("group", { name: "bob" }), "The attendee is deleted; the meeting goes on.");
  await button(rooms, "Delete room as ann").click();
  await waitForText(rooms.getByRole("group", { name: "ann" }), "204 No Content");
  await button(rooms, "Join as bob").click();
  await waitForText(rooms.getByRole("group", { name: "bob" }), "opened by this request");
}

async function breakThePolicy(page) {
  const policy = section(page, "Policy");
  const document = policy.getByLabel("Policy document");
  const text = await document.inputValue();
  await document.fill(
    text.replace('"CostCenter": "4711"', '"CostCenter": 4711').replace('"us-east-1",', '"us-east-9",'),
  );
  await waitForText(policy, "2 faults");
  assert.match(await descriptionOf(document), /Line 9, column 7 #\/Everyone\/Default\/MediaRegion /);
  await button(policy, "Try it").click();
  await waitForText(policy, "Not done: the text has faults, and the document before it goes on serving.");
  await assertHolds(page, "a policy with faults", "Policy");
  await button(policy, "Line 9, column 7").click();
  await page.waitForFunction(isSelected, '"MediaRegion": "us-east-9"');
}

async function tryAPolicy(page) {
  const policy = section(page, "Policy");
  const request = section(page, "Request");
  const document = policy.getByLabel("Policy document");
  await button(policy, "Undo my changes").click();
  const text = await document.inputValue();
  await document.fill(text.replace('"MediaRegion": "eu-central-1"', '"MediaRegion": "eu-west-2"'));
  await waitForText(policy, "not tried yet");
  await button(policy, "Try it").click();
  await waitForText(policy, "trial Your text serves.");
  await waitForText(request, "Default eu-west-2 allowed");
  await button(request, "New key").click();
  await button(request, "Send").click();
  await waitForText(station(page, "Chime received"), '"MediaRegion": "eu-west-2", added Default, acme');
  await assertHolds(page, "a policy on trial");
  await button(policy, "Back to the file").click();
  await waitForText(policy, "The file serves again.");
  await waitForText(request, "Default eu-central-1 allowed");
  assert.equal(await document.inputValue(), text);
}

async function changeTheTheme(page) {
  const theme = page.getByRole("button", { name: "Dark theme" });
  const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const light = await background();
  await theme.click();
  assert.equal(await theme.getAttribute("aria-pressed"), "true");
  const dark = await background();
  assert.notEqual(dark, light);
  await page.reload();
  await theme.waitFor();
  assert.equal(await theme.getAttribute("aria-pressed"), "true");
  assert.equal(await background(), dark);
}
