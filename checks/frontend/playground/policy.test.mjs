// The section Policy beside a file that changes, and the links that lead into it.
import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { assertFits, button, openPage, PHONE, section, waitForText } from "./playground.mjs";

const SAMPLE = new URL("../../../policy/policy.json", import.meta.url);

let harness;
let folder;
let file;
let sample;
before(async () => {
  sample = await readFile(SAMPLE, "utf8");
  folder = await mkdtemp(join(tmpdir(), "policy_in_a_folder_whose_name_is_longer_than_a_phone_is_wide_"));
  file = join(folder, "policy.json");
  await writeFile(file, sample);
  harness = await Harness.start("--policy", file);
});
beforeEach(() => writeFile(file, sample));
after(async () => {
  await harness?.close();
  await rm(folder, { recursive: true });
});

test("a change of the file shows in the field", async (t) => {
  const { policy, document } = await openPolicy(t);
  await writeFile(file, sample.replace("4711", "4712"));
  await waitForValue(document, sample.replace("4711", "4712"));
  await waitForText(policy, "serves.");
});

test("the path of the file fits a phone", async (t) => {
  const { page } = await openPage(harness, t, { viewport: PHONE });
  await waitForText(section(page, "Policy"), file);
  await assertFits(page, "a long path");
});

test("an answer that comes late does not replace the document of a later change", async (t) => {
  const { page, document } = await openPolicy(t);
  const answers = [];
  await page.route("**/local/policy", async (route) => {
    if (answers.length > 0) return route.continue();
    answers.push(route.fetch());
    // Until the next change shows.
    await waitForValue(document, sample.replace("4711", "4715"));
    answers.push(route.fulfill({ response: await answers[0] }));
  });
  await writeFile(file, sample.replace("4711", "4714"));
  for (let wait = 0; wait < 100 && answers.length < 1; wait += 1) await page.waitForTimeout(50);
  await answers[0];
  await writeFile(file, sample.replace("4711", "4715"));
  for (let wait = 0; wait < 100 && answers.length < 2; wait += 1) await page.waitForTimeout(100);
  await answers[1];
  // Long enough for the page to read it.
  await page.waitForTimeout(300);
  assert.equal(await document.inputValue(), sample.replace("4711", "4715"));
});

test("a change of the file leaves a text that somebody is changing, and says so", async (t) => {
  const { policy, document } = await openPolicy(t);
  const mine = sample.replace("initech", "initrode");
  await document.fill(mine);
  await writeFile(file, sample.replace("4711", "4713"));
  await waitForText(policy, "The file has changed and serves. Your text stays here");
  assert.equal(await document.inputValue(), mine);
  await button(policy, "Back to the file").click();
  await waitForValue(document, sample.replace("4711", "4713"));
  await button(policy, "Bring my text back").click();
  await waitForValue(document, mine);
});

test("a file with faults is shown with their lines while the document before it serves", async (t) => {
  const { policy, document } = await openPolicy(t);
  const broken = sample.replace('"4711"', "4711");
  await writeFile(file, broken);
  await waitForText(policy, "The file has changed and has faults, so the document before it goes on serving: Line 19:");
  assert.equal(await document.inputValue(), sample);
  await button(policy, "Show the file’s text").click();
  await waitForValue(document, broken);
  await waitForText(policy, "1 fault Line 19,");
});

test("a text with a fault of JSON is marked at its line, and nothing is lost while other sections change", async (t) => {
  const { page, policy, document } = await openPolicy(t);
  const broken = sample.replace('"UnlistedTenants":', '"UnlistedTenants"');
  await document.fill(broken);
  await waitForText(policy, "1 fault Line 51,");
  assert.deepEqual(await page.locator(".editor-line.marked").allInnerTexts(), ["51"]);
  await button(section(page, "Rooms"), "Join as ann").click();
  await waitForText(section(page, "Meetings"), "1 of at most 25");
  assert.equal(await document.inputValue(), broken);
});

test("a fault behind a character of two code units is found at its place", async (t) => {
  const { policy, document } = await openPolicy(t);
  await document.fill(sample.replace('"CostCenter": "4711"', '"😀": "4711", "CostCenter": 1'));
  await button(policy, "Line 19, column 41").click();
  const selected = await document.evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
  assert.equal(selected, '"CostCenter": 1 } },');
});

test("a text that does not serve is still there when the page is loaded anew", async (t) => {
  const { page, policy, document } = await openPolicy(t);
  const mine = sample.replace("initech", "initrode");
  await document.fill(mine);
  await page.reload();
  await waitForValue(document, mine);
  await button(policy, "Undo my changes").click();
  await page.reload();
  await waitForValue(document, sample);
});

test("a trial that is ended in another window can be brought back", async (t) => {
  const { policy, document } = await openPolicy(t);
  const mine = sample.replace("initech", "initrode");
  await document.fill(mine);
  await button(policy, "Try it").click();
  await waitForText(policy, "trial Your text serves.");
  await fetch(`${harness.gateway.url}/local/policy`, { method: "DELETE" });
  await waitForValue(document, sample);
  await button(policy, "Bring my text back").click();
  await waitForValue(document, mine);
});

test("a group that the policy on trial no longer names stays shown while the token has it", async (t) => {
  const { page, policy, document } = await openPolicy(t);
  const who = section(page, "Who");
  await document.fill(sample.replaceAll('"hosts"', '"chairs"'));
  await button(policy, "Try it").click();
  await who.getByRole("checkbox", { name: "chairs" }).waitFor();
  assert.ok(await who.getByRole("checkbox", { name: "hosts" }).isChecked());
  await button(policy, "Back to the file").click();
  await waitForText(policy, "The file serves again.");
});

test("the line numbers scroll with the text", async (t) => {
  const { page, document } = await openPolicy(t);
  await document.evaluate((field) => {
    field.scrollTop = 200;
  });
  await page.waitForFunction(() => document.getElementById("policy-lines").scrollTop === 200);
});

test("a field's link leads to the member of the document, also in a text that breaks off behind it", async (t) => {
  const { page, document } = await openPolicy(t);
  await document.fill(sample.slice(0, sample.indexOf('"Allowed": {\n        "MediaRegion"')));
  await page.getByTitle("#/Tenants/acme/Default/MediaRegion in the policy").first().click();
  await page.waitForFunction(() => document.activeElement?.id === "policy-text");
  const selected = await document.evaluate((field) => field.value.slice(field.selectionStart, field.selectionEnd));
  assert.equal(selected, '"MediaRegion": "eu-central-1" },');
});

async function openPolicy(t) {
  const { page } = await openPage(harness, t);
  const policy = section(page, "Policy");
  const document = policy.getByLabel("Policy document");
  await waitForValue(document, sample);
  return { page, policy, document };
}

/** The server looks at the file twice a second, and takes what it has twice. */
async function waitForValue(field, value) {
  for (let wait = 0; wait < 100 && (await field.inputValue()) !== value; wait += 1) {
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  assert.equal(await field.inputValue(), value);
}
