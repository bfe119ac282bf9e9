// Sends the request as it stands, and remembers what this page has sent.
import { announce } from "./announce.js";
import { questionOf } from "./explanation.js";
import { findingsOf } from "./findings.js";
import { changeRequest, requestOf } from "./request_state.js";
import { sendToGateway, server } from "./server.js";
import { state, update } from "./store.js";
import { currentToken, groupsOf } from "./token.js";

update({
  /** What this page has sent: `{ number, operation, who, method, path, headers, body, answer, error, report, policy }`, oldest first. */
  sent: [],
  /** Which exchange is looked at: the `number` of one of `sent`, or a request id of another client. Null: the newest. */
  looked: null,
});

/** How many of its own requests the page remembers, as many as the server. */
const MAX_SENT = 100;

/** Sends the request, and shows what happened. */
export async function send() {
  if (state.request.isSending) return;
  changeRequest({ isSending: true });
  try {
    const token = await currentToken();
    const request = requestOf(state);
    if (request) await record(request, token);
  } finally {
    changeRequest({ isSending: false });
  }
}

/**
 * Adds a request that the page has sent, from whichever section, and looks at it. Returns its number.
 * @param {object} entry as in `sent`, without the number
 */
export function addSent(entry) {
  const number = (state.sent.at(-1)?.number ?? 0) + 1;
  update({ sent: [...state.sent, { ...entry, number }].slice(-MAX_SENT), looked: number });
  return number;
}

/** The findings of the last answer to the request as it stands, under the policy that serves; null where there is none. */
export function answeredFindings(state) {
  const now = requestOf(state);
  if (!now) return null;
  const sent = state.sent.findLast(
    (entry) =>
      entry.answer &&
      entry.method === now.method &&
      entry.path === now.path &&
      entry.body === now.body &&
      entry.policy === state.policy &&
      entry.headers["Idempotency-Key"] === now.headers["Idempotency-Key"] &&
      entry.headers.Authorization === authorization(state.token?.text),
  );
  return sent ? findingsOf(sent.answer) : null;
}

/** @param {string | null | undefined} token @returns {string | undefined} the value of the header, with what was chosen for it */
function authorization(token) {
  if (!token || state.request.tokenUse === "none") return undefined;
  return `Bearer ${state.request.tokenUse === "damaged" ? damaged(token) : token}`;
}

/** The token with another first character of its signature. */
function damaged(token) {
  const at = token.lastIndexOf(".") + 1;
  return `${token.slice(0, at)}${token[at] === "A" ? "B" : "A"}${token.slice(at + 1)}`;
}

async function record({ operation, method, path, headers, body }, token) {
  const value = authorization(token);
  const all = value ? { Authorization: value, ...headers } : headers;
  const entry = {
    operation: operation.name,
    // A token from elsewhere is of somebody whom the page did not choose.
    who: state.local.issuer ? { ...state.who, groups: groupsOf(state.who) } : null,
    time: Date.now(),
    method,
    path,
    headers: all,
    body,
    report: null,
    policy: state.policy,
    answer: null,
    error: null,
  };
  // Asked before the request is sent, which may open a room.
  const question = questionOf(state);
  entry.report = question && (await server.explain(question).catch(() => null));
  try {
    entry.answer = await sendToGateway({ method, path, headers: all, body });
  } catch (error) {
    entry.error = `No answer: ${error.message}`;
  }
  addSent(entry);
  announce(entry.error ?? `${operation.name}: ${entry.answer.status} ${entry.answer.reason}`);
  // What happened stands below the request, perhaps out of sight.
  const heading = document.getElementById("happened");
  if (heading && heading.getBoundingClientRect().top > window.innerHeight * 0.6) heading.scrollIntoView();
}
