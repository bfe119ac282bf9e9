// The AWS SDK for JavaScript in a page of another origin calls the gateway as if it were Chime.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { Harness } from "../frontend/browser/harness.mjs";
import { live } from "./meeting_life.mjs";
import { expected, INPUTS, prepare, QUICK, tokenOf } from "./refusals.mjs";
import { openClient, PAGE } from "./sdk_in_page.mjs";

let harness;
let site;
before(async () => {
  harness = await Harness.start();
  site = await harness.serve(PAGE);
});
beforeEach(() => harness.gateway.reset());
after(() => harness?.close());

async function clientOf(t, whose, expectedErrors) {
  const { gateway } = harness;
  return openClient(harness, site, t, { url: gateway.url, token: await tokenOf(gateway, whose) }, expectedErrors);
}

test("a meeting from creation to end has every member with its type", async (t) => {
  await live(harness.gateway, await clientOf(t, {}));
});

test("the browser asks before it sends the SDK's headers", async (t) => {
  const client = await clientOf(t, {});
  await client.call("CreateMeeting", INPUTS.CreateMeeting);
  assert.deepEqual(client.preflights, [{ method: "POST", path: "/meetings" }]);
});

for (const refusal of QUICK) {
  test(`a refusal is the SDK's exception, with headers that CORS exposes: ${refusal.name}`, async (t) => {
    const inputs = await prepare(harness.gateway, refusal);
    const client = await clientOf(t, refusal, [new RegExp(`status of ${refusal.status}`)]);
    const all = Object.entries(inputs).map(async ([name, input]) => [name, await client.refused(name, input)]);
    const wanted = Object.keys(inputs).map((name) => [name, expected(refusal)]);
    assert.deepEqual(await Promise.all(all), wanted);
  });
}
