// The recipes of docs/clients.md for JavaScript do what they say.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { after, before, beforeEach, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { Harness } from "../frontend/browser/harness.mjs";
import { recipe } from "./recipes.mjs";
import { tokenOf } from "./refusals.mjs";

const FOLDER = fileURLToPath(new URL(".", import.meta.url));

let harness;
before(async () => {
  harness = await Harness.start();
});
beforeEach(() => harness.gateway.reset());
after(() => harness?.close());

test("the recipe for the SDK in Node.js creates and joins a meeting", async () => {
  const { gateway } = harness;
  const env = { PATH: process.env.PATH, GATEWAY_URL: gateway.url, TOKEN: await tokenOf(gateway, {}) };
  // Run in this folder, where Node.js finds the SDK.
  const words = ["--input-type=module", "--eval", recipe("JavaScript: SDK version 3 in Node.js")];
  const { stdout } = await promisify(execFile)(process.execPath, words, { cwd: FOLDER, env });
  assert.equal(stdout, "anna\nthere is no such meeting or attendee\n");
  await assertOneMeetingThatAnnaJoined();
});

for (const heading of [
  "fetch, in a browser",
  "Rooms, in a browser and in Python",
  "JavaScript: SDK version 3 in a browser",
]) {
  test(`the recipe for ${heading} creates and joins a meeting`, async (t) => {
    const { gateway } = harness;
    const site = await harness.serve(await folderOf(t, recipe(heading)));
    // The names that the recipe has for the two are free in it: the page gives them.
    const { page } = await harness.open(t, `${site}/empty.html`);
    await page.evaluate((given) => Object.assign(globalThis, given), {
      GATEWAY_URL: gateway.url,
      TOKEN: await tokenOf(gateway, {}),
    });
    const said = page.waitForEvent("console");
    await page.addScriptTag({ url: "recipe.js", type: "module" });
    assert.match((await said).text(), /^[\w.:-]+ [1-9]\d*$/);
    await assertOneMeetingThatAnnaJoined();
  });
}

/** A folder with a recipe's code as a page's script, below node_modules, where esbuild finds the SDK and git looks at nothing. */
async function folderOf(t, code) {
  const folder = await mkdtemp(`${FOLDER}node_modules/.recipe-`);
  t.after(() => rm(folder, { recursive: true }));
  const page = '<!doctype html><meta charset="utf-8"><link rel="icon" href="data:,">';
  await writeFile(`${folder}/empty.html`, page);
  // The page's own name is another one, so that it does not load the script before it has the address.
  await writeFile(`${folder}/recipe.html`, page);
  await writeFile(`${folder}/recipe.mjs`, code);
  return folder;
}

async function assertOneMeetingThatAnnaJoined() {
  const states = await harness.gateway.meetings();
  assert.equal(states.length, 1);
  const [{ Meeting, alive, attendees }] = states;
  assert.deepEqual([Meeting.ExternalMeetingId, alive], ["standup", true]);
  assert.deepEqual(
    attendees.map(({ Attendee }) => Attendee.ExternalUserId),
    ["anna"],
  );
}
