// The requests to the page's own server: everything below /local/, the API's description, and the API itself.
import { update } from "./store.js";

/** An answer that is not 2xx. `faults` are those of a policy document, each `{ pointer, detail, line, column }`. */
class ServerError extends Error {
  /**
   * @param {number} status
   * @param {{ error?: string, faults?: object[] } | null} body
   */
  constructor(status, body) {
    super(body?.error ?? `the server answered ${status}`);
    this.name = "ServerError";
    this.status = status;
    this.faults = body?.faults ?? [];
  }
}

/** How long after a lost connection the events are asked for again, in milliseconds. */
const RECONNECT_AFTER = 2000;

const NO_ANSWER = "the gateway does not answer; is `local` still running?";

async function call(method, path, body) {
  const options = { method, headers: {} };
  if (body !== undefined) {
    options.headers["Content-Type"] = "application/json";
    options.body = JSON.stringify(body);
  }
  const answer = await fetch(path, options).catch(() => {
    throw new ServerError(0, { error: NO_ANSWER });
  });
  const text = await answer.text();
  let value = null;
  if (text) {
    try {
      value = JSON.parse(text);
    } catch {
      value = { error: text.trim() };
    }
  }
  if (!answer.ok) throw new ServerError(answer.status, value);
  return value;
}

const segment = encodeURIComponent;

/** Each call answers with the JSON that the server sent, or throws a `ServerError`. */
export const server = {
  state: () => call("GET", "/local/state"),
  openapi: () => call("GET", "/openapi.json"),
  /** @param {{ tenant: string, subject: string, groups: string[], scope: string }} who */
  token: (who) => call("POST", "/local/token", who),
  explain: (question) => call("POST", "/local/explain", question),
  checkPolicy: (document) => call("POST", "/local/policy/check", { document }),
  policy: () => call("GET", "/local/policy"),
  tryPolicy: (document) => call("PUT", "/local/policy", { document }),
  endPolicyTrial: () => call("DELETE", "/local/policy"),
  armFault: (fault) => call("POST", "/local/faults", fault),
  disarmFaults: () => call("DELETE", "/local/faults"),
  endMeeting: (id) => call("DELETE", `/local/meetings/${segment(id)}`),
  sendMeetingEvents: (id, events) => call("POST", `/local/meetings/${segment(id)}/events`, { events }),
  holdQueue: (holds) => call("PUT", "/local/queue", { holds }),
  /** @param {string} id @param {"deliver" | "drop"} what */
  queueMessage: (id, what) => call("POST", `/local/queue/messages/${segment(id)}`, { do: what }),
  usage: () => call("GET", "/local/usage"),
  shuffleQueue: () => call("POST", "/local/queue/shuffle"),
};

/**
 * Sends a request to the API, as a product's frontend would, and answers with all of the answer.
 * @param {{ method: string, path: string, headers: Record<string, string>, body: string | null }} request
 * @returns {Promise<{ status: number, reason: string, headers: Record<string, string>, text: string, requestId: string | null, milliseconds: number }>}
 */
export async function sendToGateway({ method, path, headers, body }) {
  // A browser takes `.` and `..` for folders, whichever way they are written, and would ask for another path.
  const { pathname } = new URL(path, location.origin);
  if (pathname !== path.split("?")[0]) throw new Error(`a browser can’t ask for ${path}; it would ask for ${pathname}`);
  const sent = headersOf(headers);
  const start = performance.now();
  const answer = await fetch(path, { method, headers: sent, body: body === null ? undefined : body }).catch(() => {
    throw new Error(NO_ANSWER);
  });
  const text = await answer.text();
  return {
    status: answer.status,
    reason: answer.statusText,
    headers: Object.fromEntries(answer.headers),
    text,
    requestId: answer.headers.get("x-amzn-requestid"),
    milliseconds: Math.round(performance.now() - start),
  };
}

/** @param {Record<string, string>} headers */
function headersOf(headers) {
  const sent = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    try {
      sent.set(name, value);
    } catch {
      throw new Error(`the header ${name} can’t carry this text: a header has characters of ISO 8859-1 in one line`);
    }
  }
  return sent;
}

/** How many exchanges the page keeps, as many as the server. */
const MAX_EXCHANGES = 100;

/**
 * Listens to the server's events for as long as the page is seen, and puts what they say into the state. A browser has six connections to
 * a server for all its windows, and each that listens keeps one: beside six hidden ones, a seventh would get no answer to anything.
 */
export function listen() {
  let source = null;
  const follow = () => {
    if (document.hidden) {
      source?.close();
      source = null;
    } else {
      source ??= openEvents(() => {
        source = null;
        setTimeout(follow, RECONNECT_AFTER);
      });
    }
  };
  document.addEventListener("visibilitychange", follow);
  follow();
}

/** Opens the stream of events. Calls `onRefused` after an answer that is no stream, when the browser does not connect again by itself. */
function openEvents(onRefused) {
  let exchanges = [];
  const source = new EventSource("/local/events");
  const on = (name, take) => source.addEventListener(name, (event) => take(JSON.parse(event.data)));
  source.addEventListener("open", () => {
    // The server sends those that it has once more after each connect; one that was started again has none.
    exchanges = [];
    update({ connected: true, exchanges });
  });
  source.addEventListener("error", () => {
    update({ connected: false });
    if (source.readyState === EventSource.CLOSED) onRefused();
  });
  on("exchange", (exchange) => {
    exchanges = [...exchanges.filter((known) => known.request_id !== exchange.request_id), exchange].slice(
      -MAX_EXCHANGES,
    );
    update({ exchanges });
  });
  on("meetings", (meetings) => update({ meetings }));
  on("queue", ({ holds }) => update({ queueHolds: holds }));
  on("messages", (messages) => update({ messages }));
  on("faults", (faults) => update({ faults }));
  on("policy", (policy) => update({ policy }));
  return source;
}
