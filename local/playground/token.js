// The token of the person who asks: made anew when the person changes, and before it expires.
import { isObject } from "./body_value.js";
import { server } from "./server.js";
import { onChange, state, update } from "./store.js";

/** How long before it expires a token is replaced, in seconds. */
const RENEW_BEFORE = 60;
/** How long nothing may be typed before a token is made, in milliseconds. */
const PAUSE = 200;

update({
  /** Who asks. `isOther` says that the tenant is typed, `groups` are those that are ticked, `moreGroups` and `scope` are texts as they were typed. */
  who: { tenant: "", isOther: false, subject: "ann", groups: [], moreGroups: "", scope: "" },
  /** `{ key, text, header, claims, error }` of the token; `text` is null where none could be made. */
  token: null,
});

/**
 * The groups that the token gets.
 * @param {{ groups: string[], moreGroups: string }} who
 */
export function groupsOf(who) {
  return [...new Set([...who.groups, ...list(who.moreGroups)])];
}

/** @param {string} text names, divided by commas or spaces */
export function list(text) {
  return text.split(/[\s,]+/).filter((name) => name !== "");
}

/** @param {string} text a token @returns {{ header: any, claims: any } | null} null for a text that is no JSON Web Token */
export function decode(text) {
  try {
    const [header, claims] = text.split(".").slice(0, 2).map(decodePart);
    return isObject(header) && isObject(claims) ? { header, claims } : null;
  } catch {
    return null;
  }
}

/** A token of that person; for another tab, room or section than the present one too. Throws what the server says. */
export async function makeToken({ tenant, subject, groups, scope }) {
  const { token } = await server.token({ tenant, subject, groups, scope });
  return token;
}

/** Whether the token can still be used for a while. */
function isFresh(token) {
  const expires = token?.claims?.exp;
  return Boolean(token?.text) && (typeof expires !== "number" || expires - RENEW_BEFORE > Date.now() / 1000);
}

/** The token of the present person, made now if it has to be. */
export async function currentToken() {
  if (!state.local?.issuer) return state.token?.text ?? null;
  const key = keyOf(state.who);
  if (state.token?.key !== key || !isFresh(state.token)) await renew(key);
  return state.token?.text ?? null;
}

/** Takes a token that was made elsewhere. */
export function takeToken(text) {
  const trimmed = text.trim();
  const decoded = decode(trimmed);
  const error = trimmed && !decoded ? "this is not a JSON Web Token; it is sent all the same" : null;
  update({ token: { key: null, text: trimmed || null, ...(decoded ?? { header: null, claims: null }), error } });
}

async function renew(key) {
  const { who } = state;
  try {
    const text = await makeToken({ ...who, groups: groupsOf(who), scope: list(who.scope).join(" ") });
    // Another person may have been chosen meanwhile.
    if (keyOf(state.who) === key) update({ token: { key, text, ...decode(text), error: null } });
  } catch (error) {
    if (keyOf(state.who) === key)
      update({ token: { key, text: null, header: null, claims: null, error: error.message } });
  }
}

function decodePart(part) {
  const bytes = Uint8Array.from(atob(part.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
  return JSON.parse(new TextDecoder().decode(bytes));
}

function keyOf(who) {
  return JSON.stringify(who);
}

let timer;
let asked = null;
let wasConnected = false;

onChange(() => {
  if (!state.local?.issuer) return;
  const key = keyOf(state.who);
  // A gateway that was started again has a new key, and takes no token of before.
  const isNewServer = state.connected && !wasConnected;
  wasConnected = state.connected;
  if (asked === key && !isNewServer) return;
  asked = key;
  // Whoever sends before the new one is there waits for it.
  if (isNewServer && state.token) update({ token: { ...state.token, key: null } });
  clearTimeout(timer);
  timer = setTimeout(() => renew(key), state.token ? PAUSE : 0);
});
