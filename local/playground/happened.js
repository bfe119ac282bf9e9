// The section What happened: a request as it was sent, what Chime received of it, and the answer; the log line below.
import { isObject, parseBody } from "./body_value.js";
import { chimeNotes } from "./chime_notes.js";
import { copyButton } from "./copy_button.js";
import { exchangeList, lookedAt } from "./exchange_list.js";
import { findingList, findingsOf } from "./findings.js";
import { below, pathOf } from "./json_pointer.js";
import { jsonView } from "./json_view.js";
import { logLine } from "./log_line.js";
import { nextSteps } from "./next_steps.js";
import { jsonOf } from "./snippets/json_text.js";
import { decode } from "./token.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "happened";
export const title = "What happened";
export const lead = "The same request at its three stations. What the gateway added or changed is marked.";

export function view(state) {
  const looked = lookedAt(state);
  if (!looked) {
    return html`
      <div class="empty">
        <p>Nothing yet. Press <b>Send</b>, and see here what you sent, what Chime received of it, and what came back.</p>
      </div>`;
  }
  const { own, exchange } = looked;
  return html`
    ${exchangeList(state, looked)}
    <div class="stations">
      ${station("You sent", "sent", own ? ownRequest(own) : othersRequest(exchange))}
      ${station("Chime received", "chime", received(state, own, exchange))}
      ${station("You got", "got", own ? ownAnswer(own) : othersAnswer(exchange))}
    </div>
    ${exchange?.line ? logLine(exchange.line) : nothing}`;
}

function station(heading, name, content) {
  return html`
    <section class="card station stack" aria-labelledby=${`station-${name}`}>
      <h3 id=${`station-${name}`}>${heading}</h3>
      ${content}
    </section>`;
}

// ---- you sent

function ownRequest({ method, path, headers, body, who, answer }) {
  return html`
    ${firstLine(method, path)}
    <dl class="pairs">
      ${Object.entries(headers).map(([name, value]) => html`<dt>${name}</dt><dd>${name === "Authorization" ? bearer(value, who) : html`<code>${value}</code>`}</dd>`)}
    </dl>
    ${sentBody(body, findingsOf(answer))}`;
}

function bearer(value, who) {
  const groups = who?.groups.length > 0 ? `, in ${who.groups.join(", ")}` : "";
  const person = who ? `${who.subject} of ${who.tenant}${groups}` : decode(value.replace(/^Bearer /, ""))?.claims?.sub;
  return html`<code>Bearer ${value.slice(7, 17)}…</code><br><span class="muted">${person}</span>`;
}

function sentBody(body, findings) {
  if (body === null) return html`<p class="muted small">No body.</p>`;
  const { value, error } = parseBody(body);
  // Also where the value does not have all that was sent, such as a member that is there twice.
  if (error || jsonOf(body) === undefined) {
    return html`<pre class="code wrap" tabindex="0" role="group" aria-label="Body that was sent">${body}</pre>`;
  }
  const notes = new Map();
  for (const { pointer, detail } of findings) {
    const at = nearest(value, pointer);
    const before = notes.get(at)?.text;
    const text = at === pointer ? detail : `${pointer ?? ""} ${detail}`;
    if (pointer) notes.set(at, { mark: "finding", text: before ? `${before}; ${text}` : text });
  }
  return jsonView(value, { label: "Body that was sent", notes });
}

/** The pointer itself, or that of the nearest member around it which the body has. */
function nearest(body, pointer) {
  let found = "#";
  let value = body;
  for (const key of pathOf(pointer ?? "#")) {
    const hasIt = (isObject(value) || Array.isArray(value)) && Object.hasOwn(value, key);
    if (!hasIt) break;
    value = value[key];
    found = below(found, key);
  }
  return found;
}

function othersRequest({ method, path }) {
  return html`${firstLine(method, path)}<p class="muted small">Another client than this page sent it, so headers and body are not known here.</p>`;
}

function firstLine(method, path) {
  return html`<p class="station-line"><span class="method">${method}</span> <code>${path}</code></p>`;
}

// ---- Chime received

/** How long the record of a request may take, in milliseconds; it comes with the events, within a fraction of a second. */
const MAX_WAIT = 5000;

function received(state, own, exchange) {
  if (!exchange) {
    if (!own?.answer?.requestId) return html`<p class="muted">The gateway has no record of it.</p>`;
    return html`<p class="muted">${missingRecord(state, own)}</p>`;
  }
  if (exchange.chime.length === 0) {
    const why =
      state.local?.chime === "simulator"
        ? nothingReceived(exchange.status)
        : "Only requests to the simulator are recorded.";
    return html`<p class="muted">${why}</p>`;
  }
  return html`
    ${
      exchange.shared
        ? html`<p class="muted small">Another request ran at the same time; some of these may be of that one.</p>`
        : nothing
    }
    ${exchange.chime.map((request, index) => chimeRequest(own, request, exchange.chime[index - 1]))}
    ${
      exchange.chime_left_out > 0
        ? html`<p class="muted small">Chime received ${exchange.chime_left_out} more meanwhile, which are not kept here.</p>`
        : nothing
    }`;
}

function missingRecord({ connected }, { time }) {
  if (!connected) return "The record of it comes when the connection to the gateway is back.";
  return Date.now() - time > MAX_WAIT
    ? "The gateway has no record of it any more."
    : "Waiting for the gateway’s record …";
}

function nothingReceived(status) {
  return status >= 400 ? "Nothing: the gateway answered by itself, so this request cost no call to Chime." : "Nothing.";
}

/** A retry has the body of the attempt before it, so that is not shown again. */
function chimeRequest(own, { operation, method, path, body, status, attempt }, before) {
  const isRetry =
    before?.operation === operation && before.path === path && JSON.stringify(before.body) === JSON.stringify(body);
  const value = typeof body === "string" ? parseBody(body).value : body;
  const sent = own && { operation: own.operation, body: parseBody(own.body ?? "").value, report: own.report };
  const notes = sent && isObject(value) ? chimeNotes(sent, { operation, body: value }) : new Map();
  return html`
    <div class="stack chime-request">
      <p class="station-line"><span class="method">${method}</span> <code>${path}</code></p>
      <p class="row small">
        <b>${operation}</b>${statusBadge(status)}${attempt > 1 ? html`<span class="badge warn">attempt ${attempt}</span>` : nothing}
        <span class="muted">${isRetry ? "the same once more" : countOf(notes)}</span>
      </p>
      ${isRetry || value === null || value === undefined ? nothing : jsonView(value, { label: `Body that Chime received for ${operation}`, notes })}
    </div>`;
}

/** How many values the gateway added and changed, in words. */
function countOf(notes) {
  const count = (mark) => [...notes.values()].filter((note) => note.mark === mark).length;
  const said = ["added", "changed"].filter(count).map((mark) => `${count(mark)} ${mark}`);
  return said.join(", ");
}

// ---- you got

function ownAnswer({ operation, path, answer, error }) {
  if (error) return html`<p class="finding" role="alert">${error}</p>`;
  const { value } = parseBody(answer.text);
  const findings = findingsOf(answer);
  return html`
    <p class="row">${statusBadge(answer.status, answer.reason)}<span class="muted small">${answer.milliseconds} ms</span></p>
    ${nextSteps({ operation, answer, path })}
    ${findings.length > 0 ? findingList(findings) : detail(value)}
    ${
      answer.text === ""
        ? html`<p class="muted small">No body.</p>`
        : value === undefined
          ? html`<pre class="code wrap" tabindex="0" role="group" aria-label="Body of the answer">${answer.text}</pre>`
          : jsonView(value, { label: "Body of the answer", isFolded: true })
    }
    <div class="row apart">
      <details><summary>Headers</summary>
        <dl class="pairs">${Object.entries(answer.headers).map(([name, text]) => html`<dt>${name}</dt><dd><code>${text}</code></dd>`)}</dl>
      </details>
      ${answer.text === "" ? nothing : copyButton("answer", answer.text, { label: "Copy body", look: "small quiet" })}
    </div>`;
}

function detail(value) {
  const text = isObject(value) && value.title && typeof value.detail === "string" ? value.detail : null;
  return text ? html`<p class="finding">${text}</p>` : nothing;
}

function othersAnswer({ status, duration_ms: milliseconds }) {
  return html`<p class="row">${statusBadge(status)}<span class="muted small">${Math.round(milliseconds)} ms</span></p>
    <p class="muted small">The answer went to the other client.</p>`;
}

/** @param {number | null} status @param {string} reason */
function statusBadge(status, reason = "") {
  if (status === null || status === undefined) return html`<span class="badge bad">no answer</span>`;
  const kind = status < 300 ? "ok" : status < 500 && status !== 429 ? "bad" : "warn";
  return html`<span class=${`badge ${kind}`}>${status}${reason ? ` ${reason}` : ""}</span>`;
}
