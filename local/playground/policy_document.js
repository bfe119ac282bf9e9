// The policy document as it serves, as it stands in the file, and as it is being edited.
import { perform, say } from "./notices.js";
import { goTo } from "./policy_editor.js";
import { server } from "./server.js";
import { onChange, state as store, update } from "./store.js";

const SECTION = "policy";

/** How long nothing must be typed before the text is checked, in milliseconds. */
const CHECK_AFTER = 300;

/**
 * - `served`: the answer of `GET /local/policy`, or null until it has come
 * - `text`: what is in the field
 * - `faults`: those of the text, as the last check found them
 * - `given`: rights and limits of the text, from the last check that found no faults
 * - `discarded`: the text that was replaced by the file's, so that it can be brought back
 */
update({
  editing: { served: null, text: "", faults: [], given: null, isChecking: false, discarded: null, error: null },
});

function edit(patch) {
  const editing = { ...store.editing, ...patch };
  update({ editing });
  keepForReload(editing);
}

/** Where a text that does not serve is kept, so that it is still there after the page is loaded anew. */
const KEPT = "policy-text";

function keepForReload(editing) {
  if (!editing.served) return;
  if (isChanged(editing)) sessionStorage.setItem(KEPT, editing.text);
  else sessionStorage.removeItem(KEPT);
}

/** Whether the text is another than the one that serves. */
export const isChanged = ({ text, served }) => text !== served?.document;

let reads = 0;

/** Reads the document that serves. A text that somebody has changed stays. */
export async function loadPolicy() {
  reads += 1;
  const mine = reads;
  try {
    const served = await server.policy();
    // It has changed once more meanwhile, and a later answer says how.
    if (mine !== reads) return;
    const { served: before, text: typed } = store.editing;
    const text = before === null ? (sessionStorage.getItem(KEPT) ?? served.document) : typed;
    const keeps = text !== served.document && text !== before?.document;
    // A trial ends elsewhere too: in another window, or with the program.
    const discarded = before?.is_trial && text !== served.document && !keeps ? text : store.editing.discarded;
    edit({ served, error: null, text: keeps ? text : served.document, discarded });
    if (keeps && before && !served.is_trial && served.document !== before.document) {
      const why = before.is_trial ? "The trial has ended, and the file serves." : "The file has changed and serves.";
      say(SECTION, `${why} Your text stays here; Back to the file shows what the file has now.`);
    }
    check();
  } catch (error) {
    edit({ error: error.message });
  }
}

let timer;

/** Takes what was typed; it is checked once typing pauses. */
export function changeText(text) {
  if (store.notices?.[SECTION]?.text) say(SECTION, "");
  edit({ text, discarded: null });
  checkSoon();
}

function checkSoon() {
  clearTimeout(timer);
  timer = setTimeout(check, CHECK_AFTER);
}

let checks = 0;

async function check() {
  clearTimeout(timer);
  checks += 1;
  const mine = checks;
  edit({ isChecking: true });
  const found = await server.checkPolicy(store.editing.text).catch((error) => ({ error: error.message }));
  // Somebody has typed on meanwhile, and a later check answers for that.
  if (mine !== checks) return;
  if (found.error) {
    edit({ isChecking: false });
    say(SECTION, found.error, true);
    return;
  }
  const { faults } = found;
  edit({ isChecking: false, faults, given: faults.length === 0 ? found : store.editing.given });
}

/** Lets the gateway serve by the text, if that has no faults. */
export async function tryText() {
  const { text } = store.editing;
  await check();
  if (store.editing.faults.length > 0) {
    say(SECTION, "the text has faults, and the document before it goes on serving.", true);
    return;
  }
  try {
    const served = await server.tryPolicy(text);
    edit({ served, discarded: null });
    say(SECTION, "The gateway serves by this text now. Send a request and see what has changed.");
  } catch (error) {
    if (error.faults?.length > 0) edit({ faults: error.faults });
    say(SECTION, error.message, true);
  }
}

/** Puts the text that serves back into the field. */
export function undoChanges() {
  if (!isChanged(store.editing)) return;
  replaceText(store.editing.served.document);
  say(SECTION, "The field has the text that serves.");
}

/** Ends the trial, and puts the file's text into the field. */
export async function returnToFile() {
  if (!isChanged(store.editing) && !store.editing.served.is_trial) return;
  const served = await perform(SECTION, server.endPolicyTrial, "The file serves again.");
  if (served === undefined) return;
  const now = served ?? (await server.policy());
  edit({ served: now });
  replaceText(now.document);
}

/** Puts the file's text into the field, also one with faults, which does not serve. */
export function showFile() {
  replaceText(store.editing.served.saved);
}

/** Brings back the text that the last replacement took out of the field. */
export function restoreText() {
  const { discarded } = store.editing;
  if (discarded !== null) changeText(discarded);
}

function replaceText(text) {
  const { text: before } = store.editing;
  edit({ text, discarded: before === text ? null : before });
  check();
}

/** Another document may have other tenants and groups. */
async function loadTenants() {
  // Until the page has read it for the first time, it is about to.
  if (!store.local) return;
  const local = await server.state().catch(() => null);
  if (local) update({ local });
}

loadPolicy();

let lastEvent = null;
let lastFocus = null;

/** What other parts of the page say: the document has changed, or a link leads into it. */
onChange(() => {
  if (store.policy !== lastEvent) {
    lastEvent = store.policy;
    loadPolicy();
    loadTenants();
  }
  if (store.policyFocus && store.policyFocus !== lastFocus) {
    lastFocus = store.policyFocus;
    goTo(store.policyFocus.pointer);
  }
});
