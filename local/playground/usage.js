// What `notifications` has counted for each tenant, which is how one sees that repeats and late events do no harm.
import { server } from "./server.js";
import { onChange, state as store, update } from "./store.js";
import { html, nothing } from "./vendor/lit-html.js";

/** How long after a change of the messages usage is read, in milliseconds: several messages change at once. */
const READ_AFTER = 150;

/** The table; nothing where the page can't read the registry. */
export function usageTable({ usage }) {
  if (!usage) return nothing;
  if (usage.length === 0) return html`<p class="muted small">Usage: nothing has been counted yet.</p>`;
  return html`
    <div class="wide" tabindex="0" role="group" aria-label="Usage">
      <table class="usage">
        <caption>Usage, as counted from these events. Repeat one: the numbers stay.</caption>
        <thead>
          <tr>
            <th scope="col">Tenant</th>
            <th scope="col">Day (UTC)</th>
            <th scope="col">Meetings</th>
            <th scope="col">Meeting minutes</th>
            <th scope="col">Attendee minutes</th>
            <th scope="col">Most at once</th>
          </tr>
        </thead>
        <tbody>${usage.map(usageRow)}</tbody>
      </table>
    </div>
  `;
}

function usageRow({ tenant, day, meetings, meeting_minutes: minutes, attendee_minutes: attendees, peak }) {
  return html`
    <tr>
      <th scope="row">${tenant}</th>
      <td>${day}</td>
      <td>${meetings}</td>
      <td>${minutes}</td>
      <td>${attendees}</td>
      <td>${peak ?? 0}</td>
    </tr>
  `;
}

let lastMessages = null;
let timer;

onChange(() => {
  if (store.messages === lastMessages) return;
  lastMessages = store.messages;
  clearTimeout(timer);
  timer = setTimeout(read, READ_AFTER);
});

async function read() {
  const answer = await server.usage().catch(() => null);
  if (answer) update({ usage: answer.usage });
}
