// What the SDK waits for: an answer that does not come, and the time until it tries again. All of it at once.
import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { Harness } from "../frontend/browser/harness.mjs";
import { LocalGateway } from "../frontend/browser/local_gateway.mjs";
import { expected, INPUTS, NO_ANSWER, OPERATIONS, prepare, tokenOf } from "./refusals.mjs";
import { SdkClient } from "./sdk_client.mjs";
import { openClient, PAGE } from "./sdk_in_page.mjs";

const RETRY_AFTER = 3;

let harness;
let site;
let silent;
before(async () => {
  harness = await Harness.start();
  site = await harness.serve(PAGE);
  silent = await LocalGateway.start();
});
after(async () => {
  await silent?.stop();
  await harness?.close();
});

describe("waits", { concurrency: true }, () => {
  test("the exception is the SDK's when Chime does not answer, in Node.js and in a browser", async (t) => {
    const inputs = Object.entries(await prepare(silent, NO_ANSWER));
    const options = { url: silent.url, token: await tokenOf(silent, NO_ANSWER) };
    const inNode = new SdkClient(options);
    const errors = [/status of 504/];
    // A browser opens six connections to a host, and holds a DELETE back for 20 seconds while a GET of the same address is
    // under way. Each page has connections and a cache of its own; a DELETE and its GET stand beside each other.
    const pages = [
      await openClient(harness, site, t, options, errors),
      await openClient(harness, site, t, options, errors),
    ];
    const calls = inputs.flatMap(([operation, input], index) => [
      inNode.refused(operation, input),
      pages[index % 2].refused(operation, input),
    ]);
    const seen = await Promise.all(calls);
    assert.deepEqual(inputs.map(([operation]) => operation).sort(), [...OPERATIONS].sort());
    assert.deepEqual(
      seen,
      calls.map(() => expected(NO_ANSWER)),
    );
  });

  for (const [fault, status] of [
    ["ThrottlingException", 429],
    ["ServiceUnavailableException", 503],
  ]) {
    test(`the SDK in Node.js tries again after the time that a ${status} says`, async (t) => {
      const gateway = await throttled(t, fault);
      const client = new SdkClient({ url: gateway.url, token: await tokenOf(gateway, {}), attempts: 2 });
      assertWaited(await client.pauses("CreateMeeting", INPUTS.CreateMeeting));
    });

    test(`the SDK in a browser tries again after the time that a ${status} says`, async (t) => {
      const gateway = await throttled(t, fault);
      const options = { url: gateway.url, token: await tokenOf(gateway, {}), attempts: 2 };
      const client = await openClient(harness, site, t, options, [new RegExp(`status of ${status}`)]);
      assertWaited(await client.pauses("CreateMeeting", INPUTS.CreateMeeting));
    });
  }
});

/** A gateway whose Chime refuses once. The gateway itself waits 2 seconds at most, so it hands the refusal on at once. */
async function throttled(t, fault) {
  const gateway = await LocalGateway.start();
  t.after(() => gateway.stop());
  await gateway.arm({ fault, operation: "CreateMeeting", retry_after_seconds: RETRY_AFTER });
  return gateway;
}

/** Without the header the SDK waits less than a second. */
function assertWaited(pauses) {
  assert.equal(pauses.length, 1);
  // Timers may be some milliseconds early.
  assert.ok(pauses[0] > RETRY_AFTER - 0.1 && pauses[0] < RETRY_AFTER + 2, `${pauses[0]} s`);
}
