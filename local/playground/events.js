// The section Events: messages about meetings on their way through the queue to the function `notifications`.
import { keepFocus } from "./focus.js";
import { counted, eventName, isSimulated, meetingOf, nameOf, personOf, shortened, timeOfDay } from "./meeting_texts.js";
import { notice, perform } from "./notices.js";
import { view as ownEvent } from "./own_event.js";
import { server } from "./server.js";
import { state as store, update } from "./store.js";
import { usageTable } from "./usage.js";
import { live } from "./vendor/directives/live.js";
import { repeat } from "./vendor/directives/repeat.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "events";
export const title = "Events";
export const lead = "What Chime reports about meetings, on its way through the queue.";

/** Each state of a message in words, its badge, and what delivering it now is called. */
const STATES = {
  held: {
    text: "held back",
    badge: "warn",
    deliver: "Deliver",
    done: "was delivered, past those that are held before it",
  },
  waiting: { text: "on its way", badge: "accent", deliver: "Deliver", done: "was delivered" },
  delivered: { text: "delivered", badge: "ok", deliver: "Repeat", done: "was delivered once more" },
  failed: { text: "failed, comes again", badge: "bad", deliver: "Deliver now", done: "was delivered without waiting" },
  dropped: { text: "lost", badge: "bad", deliver: "Deliver after all", done: "was delivered late" },
  "dead-letter": {
    text: "dead letter",
    badge: "bad",
    deliver: "Deliver again",
    done: "was taken out of the dead-letter queue and delivered",
  },
};

/** The section's content. */
export function view(state) {
  if (!state.local) return nothing;
  if (!isSimulated(state)) {
    return html`<p class="empty">Events of this Chime go to a queue of AWS, where the page can’t see them.</p>`;
  }
  // Both come with the first answer of the server, if the queue is played at all.
  if (state.messages === null) {
    if (state.meetings === null) return nothing;
    return html`<p class="empty">With <code>--sqs-endpoint</code> events go elsewhere, or nowhere, so there are none to see here.</p>`;
  }
  const { messages } = state;
  return html`
    <div class="card stack">
      <div class="stack prose">
        <p>
          The stack’s second function, <code>notifications</code>, reads these messages. It frees the meeting’s place in the tenant’s
          limits and counts what the tenant used. ${state.local.registry ? nothing : "Here is no registry for that, so it only writes its log lines."}
        </p>
        <p>
          A queue delivers each message <b>at least</b> once and in no fixed order, so one may come twice, late, or behind a newer
          one. <code>notifications</code> therefore keeps the times of all events and computes usage from them anew: a repeat
          changes nothing, and a late one corrects the sum. Try to confuse it: hold messages back, then repeat, drop or reverse them.
        </p>
      </div>
      ${controls(state.queueHolds ?? false, messages.filter((each) => each.state === "held").length)}
      ${notice(id)}
      ${usageTable(state)}
      ${
        messages.length === 0
          ? html`<p class="empty">No event yet. <a href="#request">Create a meeting</a>, and MeetingStarted arrives here.</p>`
          : nothing
      }
      ${list(state, [...messages].reverse())}
      ${ownEvent(state)}
    </div>
  `;
}

const messageId = (each) => each.id;

/** How many are shown before one asks for all. */
const SHOWN = 8;

function list(state, messages) {
  const shown = state.showsAllEvents ? messages : messages.slice(0, SHOWN);
  return html`
    <ol class="entries" aria-label="Events, the newest first">
      ${repeat(shown, messageId, (each) => messageEntry(state, each))}
    </ol>
    ${
      messages.length > SHOWN
        ? html`<button class="button" type="button" @click=${() => update({ showsAllEvents: !state.showsAllEvents })}>
            ${state.showsAllEvents ? "Show the newest only" : `Show all ${messages.length}`}
          </button>`
        : nothing
    }
  `;
}

function controls(holds, held) {
  return html`
    <div class="row apart">
      <label class="chip">
        <input type="checkbox" role="switch" .checked=${live(holds)} @change=${(event) => hold(event.target.checked, held)} />
        Hold coming messages back
      </label>
      <div class="row">
        <span class="muted small">${counted(held, "message")} held</span>
        <button class="button" type="button" aria-disabled=${held === 0} @click=${() => held > 0 && hold(false, held)}>Deliver in order</button>
        <button class="button" type="button" aria-disabled=${held === 0} @click=${() => reverse(held)}>Deliver in reverse</button>
      </div>
    </div>
  `;
}

function messageEntry(state, each) {
  const { text, badge } = STATES[each.state];
  const name = eventName(each.event_type);
  return html`
    <li class="entry">
      <div class="entry-text">
        <div class="row">
          ${each.timestamp === null ? nothing : html`<time class="muted small">${timeOfDay(each.timestamp)}</time>`}
          <b>${name}</b>
          <span class="badge ${badge}">${text}</span>
          ${each.deliveries > 1 ? html`<span class="badge">${each.deliveries} times</span>` : nothing}
        </div>
        <div class="muted small">${about(state, each)}</div>
      </div>
      <div class="row">${buttons(each, name)}</div>
      <details>
        <summary>Message, and what notifications wrote</summary>
        <div class="stack">
          <pre class="code wrap" tabindex="0" role="group" aria-label="Message ${name}">${readable(each.body)}</pre>
          ${each.lines.length === 0 ? html`<p class="muted small">Nothing: it has not been delivered.</p>` : each.lines.map(logLine)}
        </div>
      </details>
    </li>
  `;
}

function about(state, each) {
  const meeting = meetingOf(state, each.meeting_id);
  const name = meeting ? nameOf(meeting) : shortened(each.meeting_id);
  return each.attendee_id ? `${personOf(state, each.meeting_id, each.attendee_id)} in ${name}` : name;
}

function buttons(each, name) {
  const { deliver, done } = STATES[each.state];
  const button = (what, label, words) => html`
    <button
      class="button small"
      type="button"
      aria-label="${label}: ${name}"
      aria-disabled=${each.state === "waiting"}
      @click=${(event) => keepFocus(event, () => act(each, what, `${name} ${words}.`))}
    >${label}</button>
  `;
  return html`
    ${button("deliver", deliver, done)}
    ${each.state === "held" ? button("drop", "Drop", "is lost: notifications never learns of it") : nothing}
  `;
}

async function act(each, what, done) {
  if (each.state !== "waiting") await perform(id, () => server.queueMessage(each.id, what), done);
}

/** A line of the log in short, then the whole of it. */
function logLine(line) {
  const { level, message, tenant, cause } = line;
  const facts = [message, tenant && `tenant ${tenant}`, cause].filter(Boolean).join(" · ");
  return html`
    <p class="small"><span class="badge ${level === "ERROR" ? "bad" : ""}">${level}</span> ${facts}</p>
    <pre class="code wrap" tabindex="0" role="group" aria-label="Log line: ${message}">${JSON.stringify(line, null, 2)}</pre>
  `;
}

function readable(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function hold(holds, held) {
  const released = held > 0 ? ` ${counted(held, "held message")} delivered in order.` : "";
  const text = holds
    ? "Coming messages wait here until you deliver or drop them."
    : `Messages are delivered at once.${released}`;
  const isDone = await perform(id, () => server.holdQueue(holds).then(() => true), text);
  update({ queueHolds: isDone ? holds : store.queueHolds });
}

async function reverse(held) {
  if (held > 0) await perform(id, server.shuffleQueue, `${counted(held, "held message")} delivered, the newest first.`);
}
