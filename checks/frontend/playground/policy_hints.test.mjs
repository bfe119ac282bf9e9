// What each field says of the policy is what the policy does to a request of that caller.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { descriptionOf, openPage, section, waitForText } from "./playground.mjs";

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
