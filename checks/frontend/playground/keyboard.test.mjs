// The page without a mouse.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Harness } from "../browser/harness.mjs";
import { assertTabReachesAll } from "./keyboard.mjs";
import { button, giveAxe, openPage, said, section, waitForText } from "./playground.mjs";

let harness;
before(async () => {
  harness = await Harness.start();
});
after(() => harness?.close());

test("the Tab key reaches every control, shows where it is, and leaves the page again", async (t) => {
  // Else what has the focus may still be on its way into the window.
  const { page } = await openPage(harness, t, { reducedMotion: "reduce" });
  await button(section(page, "Request"), "Send").click();
  await said(page, "CreateMeeting: 201 Created");
  await waitForText(section(page, "Meetings"), "standup");
  const stops = await assertTabReachesAll(page);
  assert.ok(stops > 60, `only ${stops} stops`);
});

test("a meeting is created, joined and ended with the keyboard alone", async (t) => {
  const { page } = await openPage(harness, t);
  await waitForText(section(page, "Who"), "ann may");
  await page.keyboard.press("Tab");
  await assertFocus(page, "Skip to the request");
  await page.keyboard.press("Enter");
  // From the skipped-to section the next control is the choice of the operation.
  await page.keyboard.press("Tab");
  await assertFocus(page, "Operation");
  await tabTo(page, "Send");
  await page.keyboard.press("Enter");
  await said(page, "CreateMeeting: 201 Created");
  // Where the next Enter sends again.
  await assertFocus(page, "Send");

  await tabTo(page, "Operation", "Shift+Tab");
  await page.keyboard.type("Join");
  await waitForText(section(page, "Request"), "Join a meeting. Needs the right Join");
  // Sends from any of the form's fields.
  await page.keyboard.press("Control+Enter");
  await said(page, "Join: 201 Created");

  await tabTo(page, "Connect: ann");
  await page.keyboard.press("Space");
  await waitForText(section(page, "Meetings"), "ann connected");
  // The button has become another one, and the focus is still there.
  await assertFocus(page, "Leave: ann");
  await tabTo(page, "End standup", "Shift+Tab");
  await page.keyboard.press("Enter");
  await waitForText(section(page, "Meetings"), "1 meeting that has ended");
  // The button is gone, and the focus has not fallen back to the top of the page.
  await page.waitForFunction(() => document.activeElement !== document.body);
});

test("the tabs of the request as code are one stop, within which the arrow keys move", async (t) => {
  const { page } = await openPage(harness, t);
  await waitForText(section(page, "Who"), "ann may");
  await page.getByRole("tab", { name: "Body" }).focus();
  await page.keyboard.press("ArrowRight");
  await assertFocus(page, "curl");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("ArrowLeft");
  await assertFocus(page, "JS SDK");
  await waitForText(page.getByRole("tabpanel", { name: "JS SDK" }), "CreateMeetingCommand");
});

test("the text of the policy does not keep the Tab key", async (t) => {
  const { page } = await openPage(harness, t);
  await section(page, "Policy").getByLabel("Policy document").focus();
  await page.keyboard.press("Tab");
  await assertFocus(page, "Try it");
});

/** Presses Tab, or another key, until the control with a name has the focus. */
async function tabTo(page, name, key = "Tab") {
  const names = [];
  for (let stop = 0; stop < 200; stop += 1) {
    await page.keyboard.press(key);
    const focused = await focusedName(page);
    if (focused === name) return;
    names.push(focused);
  }
  assert.fail(`${key} does not come to ${name} but to ${names.join(", ")}`);
}

async function assertFocus(page, name) {
  assert.equal(await focusedName(page), name);
}

/** The name of the control that has the focus, as screen readers say it; empty when none has. */
async function focusedName(page) {
  await giveAxe(page);
  return page.evaluate(() => {
    const element = document.activeElement;
    if (!element || element === document.body) return "";
    globalThis.axe.setup();
    try {
      return globalThis.axe.commons.text.accessibleText(element);
    } finally {
      globalThis.axe.teardown();
    }
  });
}
