// The requests before: this page's own and those of other clients, to look at one of them again.
import { timeOfDay } from "./meeting_texts.js";
import { update } from "./store.js";
import { html, nothing } from "./vendor/lit-html.js";

/** How many requests are listed at once; the others are folded away. */
const MAX_LISTED = 4;

/**
 * The request that is looked at: `own` is what the page has of it, `exchange` what the gateway has; one of them may be missing.
 * Null before the first request.
 */
export function lookedAt(state) {
  const all = allRequests(state);
  return all.find(({ key }) => key === state.looked) ?? all[0] ?? null;
}

/** Every request that is known, the newest first. */
function allRequests({ sent, exchanges }) {
  const byId = new Map(exchanges.map((exchange) => [exchange.request_id, exchange]));
  const own = sent.map((entry) => {
    const exchange = byId.get(entry.answer?.requestId) ?? null;
    byId.delete(entry.answer?.requestId);
    return { key: entry.number, time: entry.time, own: entry, exchange };
  });
  const others = [...byId.values()].map((exchange) => ({
    key: exchange.request_id,
    time: new Date(exchange.time).getTime(),
    own: null,
    exchange,
  }));
  return [...own, ...others].sort((one, other) => other.time - one.time);
}

export function exchangeList(state, looked) {
  const all = allRequests(state);
  if (all.length < 2) return nothing;
  const button = (request) => exchangeButton(request, request.key === looked.key);
  return html`
    <nav class="exchanges" aria-label="Requests">
      <ul class="row">${all.slice(0, MAX_LISTED).map(button)}</ul>
      ${
        all.length > MAX_LISTED
          ? html`<details><summary>${all.length - MAX_LISTED} earlier</summary><ul class="row">${all.slice(MAX_LISTED).map(button)}</ul></details>`
          : nothing
      }
    </nav>`;
}

function exchangeButton({ key, time, own, exchange }, isLooked) {
  const status = own?.answer?.status ?? exchange?.status ?? "failed";
  const name = own?.operation ?? exchange.line?.operation ?? `${exchange.method} ${exchange.path}`;
  const at = timeOfDay(time);
  return html`
    <li><button class="exchange" type="button" aria-current=${isLooked ? "true" : "false"} @click=${() => update({ looked: key })}>
      <b>${status}</b> ${name} <span class="muted">${own ? "" : "other client, "}${at}</span>
    </button></li>`;
}
