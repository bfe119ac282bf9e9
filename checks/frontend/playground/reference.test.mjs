// The API's reference, as people read it and send requests from it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { assertHolds, openPage, PHONE } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

/** Opens the reference, and waits for its token. */
async function openReference(t, options) {
  const opened = await openPage(harness, t, { path: "/reference", ...options });
  await opened.page.getByText("Requests carry a token of ann of acme (hosts).").waitFor();
  return opened;
}

/** Shows one path and method, by its summary in the viewer's menu. */
async function show(page, summary) {
  await page.getByRole("navigation", { name: "API Menu" }).getByRole("link", { name: summary, exact: true }).click();
  await page.getByRole("heading", { name: summary }).waitFor();
}

/** Presses the button that sends; returns the answer that the browser got. */
async function execute(page) {
  const answer = page.waitForResponse((response) => /\/(meetings|rooms)/.test(response.url()));
  await page.getByRole("button", { name: "EXECUTE" }).click();
  return answer;
}

test("every operation is named where it is described, with its right", async (t) => {
  const { page } = await openReference(t);
  const { operations } = await (await fetch(`${harness.gateway.url}/local/state`)).json();
  const items = page
    .getByRole("navigation", { name: "API Menu" })
    .locator(
      "[data-content-id^='get-'], [data-content-id^='post-'], [data-content-id^='put-'], [data-content-id^='delete-']",
    );
  const described = [];
  for (const item of await items.all()) {
    await show(page, (await item.textContent()).trim());
    described.push(...(await page.getByRole("main").getByRole("listitem").allTextContents()));
  }
  for (const { name, query, right } of operations) {
    const parameter = query ? ` with ?operation=${query}` : "";
    assert.ok(
      described.some((text) => text.startsWith(`${name}${parameter}: right ${right}; success 2`)),
      `${name} in ${described.join("\n")}`,
    );
  }
  assert.equal(described.length, operations.length);
});

test("a request is answered with the token that is there, and the copied command has it too", async (t) => {
  const { page } = await openReference(t);
  await show(page, "Create a meeting, with or without attendees");
  const command = await page.getByRole("region", { name: "REQUEST" }).textContent();
  const answer = await execute(page);
  assert.equal(answer.status(), 201);
  const authorization = await answer.request().headerValue("authorization");
  assert.match(authorization, /^Bearer ey/);
  assert.ok(command.includes(authorization), command);
  await page.getByText("Created (201)").waitFor();
  await assertHolds(page, "the reference with an answer");
});

test("an operation that its query names is sent as that one, for the tenant that is chosen", async (t) => {
  const { page } = await openReference(t);
  await show(page, "Create a meeting, with or without attendees");
  await page.getByLabel("Send as").selectOption("globex");
  await page.getByText("Requests carry a token of ann of globex (hosts).").waitFor();
  const command = await page.getByRole("region", { name: "REQUEST" }).textContent();
  await page.getByRole("combobox", { name: "operation" }).selectOption("create-attendees");
  await page
    .getByLabel("request body example")
    .selectOption({ label: "A meeting with two attendees (operation=create-attendees)" });
  const answer = await execute(page);
  assert.equal(answer.status(), 201);
  const { Attendees: attendees } = await answer.json();
  assert.equal(attendees.length, 2);
  const authorization = await answer.request().headerValue("authorization");
  assert.ok(command.includes(authorization), command);
  const [, claims] = authorization.split(".");
  assert.equal(JSON.parse(Buffer.from(claims, "base64url"))["custom:tenant_id"], "globex");
});

test("a body is sent as it is written, so that a mistake in it can be seen", async (t) => {
  const { page } = await openReference(t, { expectedErrors: [/400/] });
  await show(page, "Create a meeting, with or without attendees");
  const body = '{ "ExternalMeetingId": "first", "ExternalMeetingId": "second" }';
  await page.getByRole("textbox", { name: "REQUEST BODY" }).fill(body);
  const answer = await execute(page);
  assert.equal(answer.request().postData(), body);
  assert.equal(answer.status(), 400);
});

test("a token that is no longer taken is replaced, and one that somebody typed is not", async (t) => {
  const { page } = await openReference(t, { expectedErrors: [/401/] });
  await show(page, "Create a meeting, with or without attendees");
  // As of an issuer that was started again: its signature is of another key.
  await page.route("**/meetings", async (route) => {
    const headers = { ...route.request().headers(), authorization: "Bearer of.another.key" };
    await route.continue({ headers });
  });
  assert.equal((await execute(page)).status(), 401);
  await page.getByText("so send again").waitFor();
  await page.unroute("**/meetings");
  assert.equal((await execute(page)).status(), 201);

  await page.getByRole("link", { name: "Authentication", exact: true }).click();
  await page.getByRole("button", { name: "REMOVE" }).click();
  await page.getByPlaceholder("JWT").fill("typed.by.somebody");
  await page.getByRole("button", { name: "SET" }).click();
  await show(page, "Create a meeting, with or without attendees");
  assert.equal((await execute(page)).status(), 401);
  assert.equal((await execute(page)).status(), 401);
});

test("every page of it is accessible in both themes and fits a phone", async (t) => {
  const { page } = await openReference(t);
  await assertHolds(page, "the reference");
  for (const name of [/^Authentication/, /^Schemas/, /^Responses/]) {
    await page.getByRole("link", { name }).first().click();
    await assertHolds(page, String(name));
  }
});

test("on a phone, a request can be sent", async (t) => {
  const { page } = await openReference(t, { viewport: PHONE });
  await page.getByText("Create a meeting, with or without attendees").click();
  assert.equal((await execute(page)).status(), 201);
  await assertHolds(page, "the reference on a phone");
});

test("only styles in the page itself are allowed beyond what other pages may, and only here", async (t) => {
  const { requests } = await openReference(t);
  for (const request of requests.filter((each) => each.url().includes("/playground/") || each.isNavigationRequest())) {
    const { pathname } = new URL(request.url());
    const headers = await (await request.response()).allHeaders();
    const styles = pathname === "/reference" ? "'self' 'unsafe-inline'" : "'self'";
    const policy = headers["content-security-policy"];
    assert.equal(
      policy,
      `default-src 'none'; script-src 'self'; style-src ${styles}; img-src 'self' data:; connect-src 'self'; ` +
        "form-action 'none'; base-uri 'none'; frame-ancestors 'none'",
      pathname,
    );
  }
});

test("the licences of what the page is made of can be read", async () => {
  const text = await (await fetch(`${harness.gateway.url}/playground/vendor/LICENSES.txt`)).text();
  for (const name of ["lit-html 3.", "openapi-explorer 2."]) assert.ok(text.includes(name), name);
});
