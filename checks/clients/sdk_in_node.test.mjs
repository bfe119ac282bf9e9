// The AWS SDK for JavaScript in Node.js calls the gateway as if it were Chime.
import assert from "node:assert/strict";
import { after, before, beforeEach, test } from "node:test";
import { LocalGateway } from "../frontend/browser/local_gateway.mjs";
import { live } from "./meeting_life.mjs";
import {
  ERRORS,
  expected,
  INPUTS,
  inputsOfANewMeeting,
  NEVER,
  OPERATIONS,
  prepare,
  QUICK,
  testedErrors,
  tokenOf,
} from "./refusals.mjs";
import { SdkClient } from "./sdk_client.mjs";

let gateway;
before(async () => {
  gateway = await LocalGateway.start();
});
beforeEach(() => gateway.reset());
after(() => gateway?.stop());

const clientOf = async (whose) => new SdkClient({ url: gateway.url, token: await tokenOf(gateway, whose) });

test("a meeting from creation to end has every member with its type", async () => {
  await live(gateway, await clientOf({}));
});

for (const refusal of QUICK) {
  test(`a refusal is the SDK's exception: ${refusal.name}`, async () => {
    const inputs = await prepare(gateway, refusal);
    const client = await clientOf(refusal);
    const all = Object.entries(inputs).map(async ([name, input]) => [name, await client.refused(name, input)]);
    const wanted = Object.keys(inputs).map((name) => [name, expected(refusal)]);
    assert.deepEqual(await Promise.all(all), wanted);
  });
}

for (const operation of OPERATIONS) {
  test(`every exception that the SDK documents for ${operation} is tested or has a reason`, () => {
    const tested = new Set(testedErrors(operation));
    const excused = NEVER.filter((row) => row.operation === operation).map(({ exception }) => exception);
    assert.deepEqual([...tested, ...excused].sort(), [...ERRORS[operation]].sort());
  });
}

for (const { operation, exception, instead, reason } of NEVER) {
  test(`${operation} answers ${instead} for ${exception}: ${reason}`, async () => {
    const inputs = await inputsOfANewMeeting(gateway);
    await gateway.arm({ fault: exception, operation, rate: 1 });
    const { exception: seen } = await (await clientOf({})).refused(operation, inputs[operation]);
    assert.equal(seen, instead);
  });
}

test("an answer that is no exception is not taken for one", async () => {
  const seen = await (await clientOf({})).refused("CreateMeeting", INPUTS.CreateMeeting);
  assert.equal(seen.answer.Meeting.ExternalMeetingId, "standup");
});
