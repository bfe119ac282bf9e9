// Walks through a page by the Tab key.
import assert from "node:assert/strict";

/** More stops than any page of this repository has. */
const MAX_STOPS = 500;

/**
 * Presses Tab from the top of the page until it leaves the page. Fails where a control is not reached, where the focus can't be
 * seen, or where it stays. Returns the number of stops.
 */
export async function assertTabReachesAll(page) {
  const controls = await page.evaluate(collectControls);
  assert.ok(controls.length > 0, "a page without controls");
  // Before the first control, wherever the focus was.
  await page.evaluate(() => globalThis.controls[0].focus());
  await page.keyboard.press("Shift+Tab");
  const reached = new Set();
  for (let stop = 0; stop < MAX_STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    const focus = await page.evaluate(describeFocus);
    if (focus === undefined || reached.has(focus.index)) break;
    reached.add(focus.index);
    assert.ok(focus.isSeen, `the focus is not to be seen on ${focus.html}`);
  }
  const missed = controls.filter((_, index) => !reached.has(index));
  assert.deepEqual(missed, [], `not reached by Tab; ${reached.size} are`);
  return reached.size;
}

/** Runs in the page: remembers its controls, and returns the start of each one's HTML. */
function collectControls() {
  const selector = "a[href], button, input, select, textarea, summary, iframe, [tabindex], [contenteditable]";
  const isRadioBesideTheChosen = (element) =>
    element.type === "radio" &&
    [...document.querySelectorAll(`input[type=radio][name="${CSS.escape(element.name)}"]`)].find(
      (radio, index, all) => radio.checked || (index === 0 && !all.some((other) => other.checked)),
    ) !== element;
  globalThis.controls = [...document.querySelectorAll(selector)].filter(
    (element) =>
      element.checkVisibility({ visibilityProperty: true }) &&
      !element.disabled &&
      element.tabIndex >= 0 &&
      !isRadioBesideTheChosen(element),
  );
  return globalThis.controls.map((element) => element.outerHTML.slice(0, 120));
}

/** Runs in the page: which control has the focus, and whether that is to be seen. `undefined` when none has it. */
function describeFocus() {
  const element = document.activeElement;
  if (!element || element === document.body || element === document.documentElement) return undefined;
  const isMarked = (part) => {
    const { outlineStyle, outlineWidth, boxShadow } = getComputedStyle(part);
    return (outlineStyle !== "none" && Number.parseFloat(outlineWidth) > 0) || boxShadow !== "none";
  };
  // A label around a checkbox shows its focus.
  const label = element.closest("label");
  const box = element.getBoundingClientRect();
  const isInWindow = box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth;
  return {
    index: globalThis.controls.indexOf(element),
    html: element.outerHTML.slice(0, 120),
    isSeen: (isMarked(element) || (label !== null && isMarked(label))) && isInWindow,
  };
}
