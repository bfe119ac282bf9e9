// The form of a request, the text of its body and the code for other clients are one request.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { button, descriptionOf, openPage, section, waitForText } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

/** Opens the page with an operation chosen, and waits until the token and the explanation are there. */
async function openForm(t, operation, expectedErrors) {
  const { page } = await openPage(harness, t, { expectedErrors });
  await section(page, "Who").getByText("ann may").waitFor();
  const request = section(page, "Request");
  await request.getByLabel("Operation").selectOption(operation);
  return { page, request };
}

async function bodyOf(request) {
  await request.getByRole("tab", { name: "Body" }).click();
  return request.getByLabel("Body as JSON").inputValue();
}

async function writeBody(request, text) {
  await request.getByRole("tab", { name: "Body" }).click();
  await request.getByLabel("Body as JSON").fill(text);
}

function station(page, name) {
  return section(page, "What happened").getByRole("region", { name, exact: true });
}

/** The names of all members that a schema has, each object's and each item's too. */
function namesIn(openapi, schema) {
  const found = schema.$ref ? openapi.components.schemas[schema.$ref.split("/").at(-1)] : schema;
  if (found.items) return namesIn(openapi, found.items);
  const members = Object.entries(found.properties ?? {});
  return members.flatMap(([name, below]) => [name, ...namesIn(openapi, below)]);
}

test("every member of every operation's body has a field", async (t) => {
  const { page, request } = await openForm(t, "CreateMeeting");
  const openapi = await page.evaluate(async () => (await fetch("/openapi.json")).json());
  for (const entry of Object.values(openapi.paths).flatMap((item) => Object.values(item))) {
    const schema = entry.requestBody?.content["application/json"].schema;
    if (!schema) continue;
    for (const [index, { name }] of entry["x-operations"].entries()) {
      await request.getByLabel("Operation").selectOption(name);
      for (const folded of await request.locator("details.group > summary").all()) await folded.click();
      for (const add of await request.getByRole("button", { name: /^Add to / }).all()) await add.click();
      const shown = (await request.locator(".request-form").textContent()).split(/[^A-Za-z]+/);
      const missing = namesIn(openapi, schema.oneOf?.[index] ?? schema).filter((member) => !shown.includes(member));
      assert.deepEqual(missing, [], name);
    }
  }
});

const CHANGES = [
  {
    label: "Attendee.MaxCount",
    text: "20",
    body: '{"ExternalMeetingId":"standup","MeetingFeatures":{"Attendee":{"MaxCount":20}}}',
    why: "a number is no text",
  },
  {
    label: "Attendee.MaxCount",
    text: "2O",
    body: '{"ExternalMeetingId":"standup","MeetingFeatures":{"Attendee":{"MaxCount":"2O"}}}',
    why: "what is no number is sent as it was typed, and refused by the gateway",
  },
  {
    label: "Attendee.MaxCount",
    text: "",
    body: '{"ExternalMeetingId":"standup"}',
    why: "an emptied member goes, and the objects around it that are empty now",
  },
  { label: "ExternalMeetingId", text: "", body: "{}", why: "a body that is required stays an object" },
];

test("a field changes its member of the body and nothing else", async (t) => {
  const { request } = await openForm(t, "CreateMeeting");
  for (const { label, text, body, why } of CHANGES) {
    await request.getByLabel(label, { exact: true }).fill(text);
    assert.equal(JSON.stringify(JSON.parse(await bodyOf(request))), body, why);
  }
});

test("items are added to a list and removed from it, and an empty list is left out", async (t) => {
  const { request } = await openForm(t, "CreateMeeting");
  for (const [index, key] of ["Course", "Room"].entries()) {
    await button(request, "Add to Tags").click();
    const tag = request.getByRole("group", { name: `Tag ${index + 1}`, exact: true });
    await tag.getByLabel("Key", { exact: true }).fill(key);
    await tag.getByLabel("Value", { exact: true }).fill("1");
  }
  await button(request, "Remove Tag 1").click();
  assert.deepEqual(JSON.parse(await bodyOf(request)).Tags, [{ Key: "Room", Value: "1" }]);
  await button(request, "Remove Tag 1").click();
  assert.deepEqual(JSON.parse(await bodyOf(request)), { ExternalMeetingId: "standup" });
});

test("the form follows the text of the body", async (t) => {
  const { request } = await openForm(t, "CreateMeeting");
  await writeBody(request, '{"ExternalMeetingId":"retro","MeetingFeatures":{"Video":{"MaxResolution":"None"}}}');
  assert.equal(await request.getByLabel("ExternalMeetingId", { exact: true }).inputValue(), "retro");
  assert.equal(await request.getByLabel("Video.MaxResolution").inputValue(), '"None"');
});

test("a body that is no JSON is sent as it was typed", async (t) => {
  const { page, request } = await openForm(t, "CreateMeeting", [/status of 400/]);
  await writeBody(request, '{"ExternalMeetingId":');
  await waitForText(request, "The body is not JSON");
  await button(request, "Send").click();
  await waitForText(station(page, "You got"), "400 Bad Request");
  await waitForText(station(page, "You sent"), '{"ExternalMeetingId":');
});

test("a finding stands at the header and at the query parameter that it names", async (t) => {
  const { request } = await openForm(t, "CreateMeeting", [/status of 400/]);
  await request.getByLabel("Idempotency-Key").fill("!");
  await button(request, "Send").click();
  await request.getByText("must have 2 to 64 characters").waitFor();
  assert.match(await descriptionOf(request.getByLabel("Idempotency-Key")), /must have 2 to 64 characters/);

  await request.getByLabel("Operation").selectOption("ListAttendees");
  await request.getByLabel("MeetingId, any text").fill("5a3b1e00-0000-4000-8000-000000000001");
  await request.getByLabel("max-results").fill("many");
  await button(request, "Send").click();
  await request.getByText("must be a whole number from 1 to 100").waitFor();
  assert.match(await descriptionOf(request.getByLabel("max-results")), /must be a whole number from 1 to 100/);
});

/** `sent` is the first header that the request then has. */
const TOKEN_USES = [
  { use: "not at all", sent: "Content-Type" },
  { use: "with another signature", sent: "Authorization Bearer" },
];

test("a request is sent without a token, or with one that nobody signed, and gets 401", async (t) => {
  const { page, request } = await openForm(t, "CreateMeeting", [/status of 401/]);
  const who = section(page, "Who");
  await who.getByText("The token, decoded").click();
  for (const { use, sent } of TOKEN_USES) {
    await who.getByRole("radio", { name: use }).check();
    await button(request, "Send").click();
    await waitForText(station(page, "You sent"), `POST /meetings ${sent}`);
    await waitForText(station(page, "You got"), "401 Unauthorized");
  }
});

const PLAIN = [
  { operation: "Join", body: "", says: "Join is the gateway’s own operation", why: "no SDK has the operation" },
  {
    operation: "CreateMeeting",
    body: '{"ExternalMeetingId":"standup","Colour":"red"}',
    says: "does not send the unknown member Colour",
    why: "an SDK drops unknown members, or refuses them",
  },
  {
    operation: "CreateMeeting",
    body: '{"ExternalMeetingId":"standup","Col\\nour":"red"}',
    says: "does not send the unknown member Col our",
    why: "a line break would end the comment",
  },
  {
    operation: "CreateMeeting",
    body: '{"ExternalMeetingId":"standup","ExternalMeetingId":"retro"}',
    says: "can’t send this body",
    why: "a value has each member once",
  },
  {
    operation: "CreateMeeting",
    body: '{"ExternalMeetingId":7}',
    says: "does not send 7 as ExternalMeetingId",
    why: "an SDK checks the type",
  },
];

test("where no AWS SDK can send the request, the code is plain HTTP and says why", async (t) => {
  const { request } = await openForm(t, "CreateMeeting");
  for (const { operation, body, says, why } of PLAIN) {
    await request.getByLabel("Operation").selectOption(operation);
    await writeBody(request, body);
    for (const [client, call] of [
      ["boto3", "requests.request("],
      ["JS SDK", "await fetch("],
    ]) {
      await request.getByRole("tab", { name: client }).click();
      const code = await request.getByRole("tabpanel").locator("pre").textContent();
      assert.ok(code.includes(says), `${why}: ${code}`);
      assert.ok(code.includes(call), `${why}: ${code}`);
    }
  }
});

test("where the browser keeps its clipboard from the page, a text is copied all the same, and the button says so", async (t) => {
  const { page } = await openPage(harness, t);
  const who = section(page, "Who");
  await waitForText(who, "ann may");
  await who.getByText("The token, decoded").click();
  await page.evaluate(() => {
    navigator.clipboard.writeText = async () => {
      throw new DOMException("forbidden", "NotAllowedError");
    };
  });
  await button(who, "Copy token").click();
  await button(who, "Copied").waitFor();
  await section(page, "Policy").getByLabel("Policy document").fill("");
  await page.keyboard.press("Control+V");
  assert.match(await section(page, "Policy").getByLabel("Policy document").inputValue(), /^ey/);
});
