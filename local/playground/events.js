// The section Events: messages about meetings on their way through the queue to the function `notifications`.
import { counted, eventName, isSimulated, meetingOf, nameOf, personOf, shortened, timeOfDay } from "./meeting_texts.js";
import { notice, perform } from "./notices.js";
import { view as ownEvent } from "./own_event.js";
import { server } from "./server.js";
import { state as store, update } from "./store.js";
import { live } from "./vendor/directives/live.js";
import { repeat } from "./vendor/directives/repeat.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "events";
export const title = "Events";
export const lead = "What Chime reports about meetings, on its way through the queue.";

/** What each state of a message means, and its badge. */
const STATES = {
  held: ["held back", "warn"],
  waiting: ["on its way", "accent"],
  delivered: ["delivered", "ok"],
  failed: ["failed, comes again", "bad"],
  dropped: ["dropped", ""],
  "dead-letter": ["in the dead-letter queue", "bad"],
};

/** The section's content. */
export function view(state) {
  if (!state.local) return nothing;
  if (!isSimulated(state)) {
    return html`<p class="empty">Events of this Chime go to a queue of AWS, where the page can't see them.</p>`;
  }
  const messages = state.messages ?? [];
  return html`
    <div class="card stack">
      <div class="stack prose">
        <p>
          The stack's second function, <code>notifications</code>, reads these messages. It frees the meeting's place in the tenant's
          limits and counts what the tenant used.
        </p>
        <p>
          A queue delivers each message <b>at least</b> once and in no fixed order, so one may come twice, late, or behind a newer
          one. <code>notifications</code> therefore keeps the times of all events and computes usage from them anew: a repeat
          changes nothing, and a late one corrects the sum. Try to confuse it: hold messages back, then repeat, drop or reverse them.
        </p>
      </div>
      ${controls(state.queueHolds ?? false, messages.filter((each) => each.state === "held").length)}
      ${notice(id)}
      ${
        messages.length === 0
          ? html`<p class="empty">No event yet. <a href="#request">Create a meeting</a>, and MeetingStarted arrives here.</p>`
          : nothing
      }
      <ol class="entries scroller" aria-label="Events, the newest first">
        ${repeat([...messages].reverse(), messageId, (each) => messageEntry(state, each))}
      </ol>
      ${ownEvent(state)}
    </div>
  `;
}

const messageId = (each) => each.id;

function controls(holds, held) {
  return html`
    <div class="row apart">
      <label class="chip">
        <input type="checkbox" role="switch" .checked=${live(holds)} @change=${(event) => hold(event.target.checked, held)} />
        Hold coming messages back
      </label>
      <div class="row">
        <span class="muted small">${counted(held, "message")} held</span>
        <button class="button" type="button" ?disabled=${held === 0} @click=${() => hold(false, held)}>Deliver in order</button>
        <button class="button" type="button" ?disabled=${held === 0} @click=${() => reverse(held)}>Deliver in reverse</button>
      </div>
    </div>
  `;
}

function messageEntry(state, each) {
  const [text, badge] = STATES[each.state] ?? [each.state, ""];
  const name = eventName(each.event_type);
  return html`
    <li class="entry">
      <div class="entry-text">
        <div class="row">
          <time class="muted small">${timeOfDay(each.timestamp)}</time>
          <b>${name}</b>
          <span class="badge ${badge}">${text}</span>
          ${each.deliveries > 1 ? html`<span class="badge">${each.deliveries} times</span>` : nothing}
        </div>
        <div class="muted small">${about(state, each)}</div>
        <details>
          <summary>Message, and what notifications wrote</summary>
          <div class="stack">
            <pre class="code wrap" tabindex="0" role="region" aria-label="Message ${name}">${readable(each.body)}</pre>
            ${each.lines.length === 0 ? html`<p class="muted small">Nothing: it has not been delivered.</p>` : each.lines.map(logLine)}
          </div>
        </details>
      </div>
      <div class="row">${buttons(each, name)}</div>
    </li>
  `;
}

function about(state, each) {
  const meeting = meetingOf(state, each.meeting_id);
  const name = meeting ? nameOf(meeting) : shortened(each.meeting_id);
  return each.attendee_id ? `${personOf(state, each.meeting_id, each.attendee_id)} in ${name}` : name;
}

function buttons(each, name) {
  const button = (what, label, done) => html`
    <button
      class="button small"
      type="button"
      aria-label="${label}: ${name}"
      @click=${() => perform(id, () => server.queueMessage(each.id, what), `${name} ${done}`)}
    >${label}</button>
  `;
  if (each.state === "held") {
    return html`
      ${button("deliver", "Deliver", "was delivered, past those that are held before it.")}
      ${button("drop", "Drop", "is lost: notifications never learns of it.")}
    `;
  }
  if (each.state === "waiting" || each.state === "dropped") return nothing;
  return button("deliver", "Repeat", "was delivered once more.");
}

/** A line of the log in short, then the whole of it. */
function logLine(line) {
  const members = typeof line === "string" ? JSON.parse(line) : line;
  const { level, message, tenant, cause } = members;
  const facts = [message, tenant && `tenant ${tenant}`, cause].filter(Boolean).join(" · ");
  return html`
    <p class="small"><span class="badge ${level === "ERROR" ? "bad" : ""}">${level}</span> ${facts}</p>
    <pre class="code wrap" tabindex="0" role="region" aria-label="Log line: ${message}">${JSON.stringify(members, null, 2)}</pre>
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
  const queue = await perform(id, () => server.holdQueue(holds), text);
  update({ queueHolds: queue === undefined ? store.queueHolds : holds });
}

function reverse(held) {
  return perform(id, server.shuffleQueue, `${counted(held, "held message")} delivered, the newest first.`);
}
