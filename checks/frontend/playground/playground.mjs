// The page of `local`, as the tests open it, and what must hold in each of its states.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";

const AXE = await readFile(new URL("../node_modules/axe-core/axe.min.js", import.meta.url), "utf8");

/** WCAG 2.2 at level AA, and what axe calls best practices. */
const ACCESSIBLE = { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] };
/** The only rule whose result depends on the theme. */
const CONTRAST = { runOnly: { type: "rule", values: ["color-contrast"] } };

/** Windows of a desktop and of a small phone, in CSS pixels. */
export const DESKTOP = { width: 1280, height: 900 };
export const PHONE = { width: 360, height: 740 };

/**
 * Opens the page of the harness's gateway or of another one, or another path of the front. Fails the test when the page breaks its content security policy, writes an
 * error to the console that is not expected, or requests anything of another origin.
 */
export async function openPage(harness, t, { gateway = harness.gateway, path = "/", expectedErrors, ...context } = {}) {
  const options = { viewport: DESKTOP, colorScheme: "light", ...context };
  const origin = gateway.url;
  const opened = await harness.open(t, origin + path, { expectedErrors, context: options });
  t.after(() => {
    const urls = opened.requests.map((request) => request.url());
    const others = urls.filter((url) => new URL(url).origin !== origin && !url.startsWith("data:"));
    assert.deepEqual(others, [], "requests to other origins");
  });
  return opened;
}

/** A section of the page, by its heading. */
export function section(page, name) {
  return page.getByRole("region", { name, exact: true });
}

/** A button, by the whole of its name. */
export function button(where, name) {
  return where.getByRole("button", { name, exact: true });
}

/** How long a text may take to appear, in milliseconds. */
const MAX_WAIT = 10_000;

/**
 * Waits until a text is to be read in one place, as it looks: it may run through several elements, and white space counts as one
 * space. Fails with what stands there instead.
 */
export async function waitForText(place, text) {
  const end = Date.now() + MAX_WAIT;
  let shown = "";
  while (Date.now() < end) {
    // biome-ignore lint/performance/useDomNodeTextContent: what is hidden does not count, and lines are told apart
    shown = (await place.innerText()).replace(/\s+/g, " ");
    if (shown.includes(text)) return;
    await new Promise((resolve) => setTimeout(resolve, 30));
  }
  assert.fail(`not there: ${text}\nthere is: ${shown}`);
}

/** Waits until the page's live region says a text. */
export async function said(page, text) {
  const statuses = page.getByRole("status");
  await statuses
    .filter({ hasText: text })
    .waitFor()
    .catch(async () => {
      assert.fail(`not said: ${text}\nsaid is: ${(await statuses.allInnerTexts()).join(" | ")}`);
    });
}

/** What screen readers add to the name of a control. */
export async function descriptionOf(control) {
  const text = await control.evaluate((element) => {
    const ids = (element.getAttribute("aria-describedby") ?? "").split(" ");
    return ids.map((id) => document.getElementById(id)?.textContent ?? "").join(" ");
  });
  return text.replace(/\s+/g, " ");
}

/**
 * Fails unless the page, as it now is, is accessible in both themes and fits a phone; leaves theme and size as they were. With
 * names of sections only these are looked at, which are those that have changed: it takes half a second for all of them.
 */
export async function assertHolds(page, state, ...sections) {
  const ids = await Promise.all(sections.map((name) => section(page, name).getAttribute("id")));
  const where = ids.length > 0 ? { include: ids.map((id) => [`#${id}`]) } : undefined;
  const viewport = page.viewportSize();
  await page.emulateMedia({ colorScheme: "light" });
  await assertAccessible(page, `${state}, light`, where, ACCESSIBLE);
  await page.emulateMedia({ colorScheme: "dark" });
  await assertAccessible(page, `${state}, dark`, where, CONTRAST);
  await page.setViewportSize(PHONE);
  await assertFits(page, state);
  await page.setViewportSize(viewport);
  await page.emulateMedia({ colorScheme: "light" });
}

/** Gives the page axe-core, past its content security policy. */
export async function giveAxe(page) {
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(AXE);
}

async function assertAccessible(page, state, where, options) {
  await giveAxe(page);
  await page.evaluate(settle);
  const violations = await page.evaluate(findViolations, { where, options });
  assert.deepEqual(violations, [], state);
}

/**
 * Runs in the page: ends what changes little by little, since colours in between say nothing of either theme, and scrolls to the
 * top, where the header covers nothing.
 */
function settle() {
  scrollTo({ top: 0, behavior: "instant" });
  const treesIn = (tree) => [
    tree,
    ...[...tree.querySelectorAll("*")].flatMap(({ shadowRoot }) => (shadowRoot ? treesIn(shadowRoot) : [])),
  ];
  for (const animation of treesIn(document).flatMap((tree) => tree.getAnimations())) animation.finish();
}

/** Runs in the page: what axe finds, each as one line with the first elements that it concerns. */
async function findViolations({ where, options }) {
  const { violations } = await globalThis.axe.run(where ?? document, { ...options, resultTypes: ["violations"] });
  return violations.map(({ id, help, nodes }) => {
    const elements = nodes.slice(0, 5).map(({ html, any }) => `${html.slice(0, 160)} ${any[0]?.message ?? ""}`);
    return `${id}: ${help}: ${nodes.length} times: ${elements.join(" | ")}`;
  });
}

/** Fails when the page can be scrolled sideways. */
export async function assertFits(page, state) {
  const tooWide = await page.evaluate(findTooWide);
  assert.deepEqual(tooWide, [], `${state}, ${page.viewportSize().width} px wide`);
}

/** Runs in the page: the elements that reach beyond its right edge, unless the page as a whole does not scroll sideways. */
function findTooWide() {
  const { scrollWidth, clientWidth } = document.documentElement;
  if (scrollWidth <= clientWidth) return [];
  const beyond = [...document.querySelectorAll("body *")].filter(
    (element) => element.getBoundingClientRect().right > clientWidth + 0.5,
  );
  const elements = beyond.slice(-5).map((element) => element.outerHTML.slice(0, 120));
  return [`${scrollWidth} px`, ...elements];
}
