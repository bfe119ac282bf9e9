// What the page is made of.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { gzipSync } from "node:zlib";
import { Harness } from "../browser/harness.mjs";
import { button, openPage, said, section } from "./playground.mjs";

/** How much the page may load before it can be used, in bytes of gzip. */
const MAX_GZIPPED = 300_000;

const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'none'",
].join("; ");

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

test("the page loads under 300 KB gzipped, each file under the strict content security policy", async (t) => {
  const { page, requests } = await openPage(harness, t);
  await section(page, "Who").getByText("ann may").waitFor();
  await section(page, "Policy").getByRole("textbox", { name: "Policy document" }).waitFor();

  let total = 0;
  for (const request of requests.filter((each) => each.resourceType() !== "eventsource")) {
    const response = await request.response();
    const { pathname } = new URL(request.url());
    assert.ok(response.ok(), `${response.status()} ${pathname}`);
    total += gzipSync(await response.body()).length;
    if (pathname !== "/" && !pathname.startsWith("/playground/")) continue;
    const headers = await response.allHeaders();
    assert.equal(headers["content-security-policy"], CONTENT_SECURITY_POLICY, pathname);
    assert.equal(headers["x-content-type-options"], "nosniff", pathname);
    assert.equal(headers["referrer-policy"], "no-referrer", pathname);
    assert.equal(headers["cache-control"], "no-cache", pathname);
  }
  t.diagnostic(`${total} bytes in all`);
  assert.ok(requests.length > 10, "a page of few files is another page");
  assert.ok(total < MAX_GZIPPED, `${total} bytes`);
});

/** How many connections a browser has to a server, for all windows together. */
const CONNECTIONS = 6;

/** Runs in the page: the page is no longer seen, or is seen again. Windows without a screen are always seen. */
function setHidden(isHidden) {
  Object.defineProperty(document, "hidden", { value: isHidden, configurable: true });
  document.dispatchEvent(new Event("visibilitychange"));
}

test("hidden windows keep no connection, and catch up when they are seen again", async (t) => {
  const { page } = await openPage(harness, t);
  const isReady = (window) => section(window, "Who").getByText("ann may").waitFor();
  await isReady(page);
  await page.evaluate(setHidden, true);
  for (let hidden = 1; hidden < CONNECTIONS; hidden += 1) {
    const other = await page.context().newPage();
    await other.goto(harness.gateway.url);
    await isReady(other);
    await other.evaluate(setHidden, true);
  }
  const seen = await page.context().newPage();
  await seen.goto(harness.gateway.url);
  await isReady(seen);
  await button(section(seen, "Request"), "Send").click();
  await said(seen, "CreateMeeting: 201 Created");

  await page.evaluate(setHidden, false);
  await section(page, "Meetings").getByText("standup").first().waitFor();
});
