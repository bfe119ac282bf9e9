// The page and what goes on beside it: a gateway that stops, other windows, other clients, time that passes.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { LocalGateway } from "../browser/local_gateway.mjs";
import { button, openPage, said, section, waitForText } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

/** Starts a gateway for one test alone, and opens its page as often as is asked for. */
async function openOwn(t, count, options) {
  const gateway = await LocalGateway.start();
  const pages = [];
  for (let opened = 0; opened < count; opened += 1) {
    pages.push((await openPage(harness, t, { gateway, ...options })).page);
  }
  t.after(() => gateway.stop());
  return { gateway, pages };
}

test("a gateway that stops is said, and after its start the page goes on", async (t) => {
  const expectedErrors = [/ERR_CONNECTION_REFUSED/, /ERR_INCOMPLETE_CHUNKED_ENCODING/];
  const { gateway, pages } = await openOwn(t, 1, { expectedErrors });
  const [page] = pages;
  const request = section(page, "Request");
  await waitForText(section(page, "Who"), "ann may");
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  await waitForText(section(page, "Meetings"), "standup");
  await gateway.send({ tenant: "acme", groups: "hosts" }, "GET", "/rooms/standup");
  const requests = section(page, "What happened").getByRole("navigation", { name: "Requests" });
  await waitForText(requests, "GetRoom other client");

  await gateway.stop();
  await said(page, "The connection to the gateway is lost");
  await button(request, "Send").click();
  await said(page, "No answer: the gateway does not answer; is `local` still running?");

  await gateway.startAgain();
  await waitForText(section(page, "Meetings"), "No meeting is open");
  assert.equal(await page.getByText("The connection to the gateway is lost").count(), 0);
  // A gateway that was started again has no requests of before; the page has its own.
  // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count
  assert.doesNotMatch(await requests.innerText(), /other client/);
  // The token from before is of a key that is gone.
  await button(request, "Send").click();
  await said(page, "CreateMeeting: 201 Created");
});

test("two windows show the same: requests, held messages, faults and the policy on trial", async (t) => {
  const { pages } = await openOwn(t, 2);
  const [one, other] = pages;
  await waitForText(section(one, "Who"), "ann may");
  await button(section(one, "Request"), "Send").click();
  await waitForText(section(other, "Meetings"), "standup");
  await waitForText(section(other, "What happened"), "Another client than this page sent it");

  await section(one, "Events").getByRole("switch").check();
  await section(other, "Events").getByRole("switch", { checked: true }).waitFor();
  await button(section(one, "Chime’s faults"), "Let Chime fail").click();
  await waitForText(section(other, "Chime’s faults"), "Chime fails.");

  const document = section(one, "Policy").getByLabel("Policy document");
  await document.fill((await document.inputValue()).replace('"eu-central-1" },', '"eu-west-2" },'));
  await button(section(one, "Policy"), "Try it").click();
  await waitForText(section(other, "Policy"), "trial");
  await waitForText(section(other, "Request"), "Default eu-west-2 allowed");
});

test("the requests of other clients are shown, without their tokens and their attendees' tokens", async (t) => {
  const { page } = await openPage(harness, t);
  const created = await harness.gateway.send({ tenant: "acme", groups: "hosts", sub: "eve" }, "POST", "/meetings", {
    ExternalMeetingId: "of-another-client",
  });
  const { MeetingId } = (await created.json()).Meeting;
  const joined = await harness.gateway.send(
    { tenant: "acme", groups: "hosts", sub: "eve" },
    "POST",
    `/meetings/${MeetingId}/join`,
  );
  const { JoinToken } = (await joined.json()).Attendee;
  await waitForText(section(page, "What happened"), "The answer went to the other client.");
  await waitForText(section(page, "Meetings"), "eve not connected");
  const content = await page.content();
  assert.ok(!content.includes(JoinToken), "a JoinToken");
  for (const path of ["/local/exchanges", "/local/queue"]) {
    const text = await (await fetch(harness.gateway.url + path)).text();
    assert.ok(!text.includes(JoinToken), `a JoinToken in ${path}`);
  }
});

test("a token that expires is replaced before it is used", async (t) => {
  const { page, requests } = await openPage(harness, t);
  await waitForText(section(page, "Who"), "ann may");
  // The issuer's tokens are for 12 hours.
  await page.clock.setFixedTime(Date.now() + 13 * 3600 * 1000);
  const before = requests.length;
  await button(section(page, "Request"), "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  const paths = requests.slice(before).map((each) => new URL(each.url()).pathname);
  assert.ok(paths.indexOf("/local/token") < paths.indexOf("/meetings"), paths.join(" "));
  assert.ok(paths.includes("/local/token"), paths.join(" "));
});
