// The section Rooms: two people who ask for a room by its name, side by side.
import { notice } from "./notices.js";
import { peopleOf, roomOf, setRoom } from "./room_people.js";
import { personFields } from "./room_person.js";
import { deleteRoom, join, joinBoth, leave } from "./room_requests.js";
import { presentOf, resultView, verdict } from "./room_results.js";
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "rooms";
export const title = "Rooms";
export const lead = "Whoever of a tenant asks for the same name gets the same meeting.";

/** The section's content. */
export function view(state) {
  if (!state.local) return nothing;
  if (!state.local.registry) {
    return html`<p class="empty">
      Rooms need the registry, and this <code>local</code> was started with <code>--registry none</code>: the API answers 404.
    </p>`;
  }
  const people = peopleOf(state);
  return html`
    <div class="stack">
      <div class="card stack">
        <p class="prose">
          Nobody has to create the meeting first or hand its id around: the first to join opens the room, everybody after that is in
          the same meeting. Two people who press at the very same moment also get one meeting, not two. Opening needs the right
          Create, joining an open room only Join: untick the group of one of them and see.
        </p>
        <div class="row room-start">
          <div class="field">
            <label for="room-name">Room</label>
            <input
              id="room-name"
              class="mono"
              autocomplete="off"
              spellcheck="false"
              .value=${live(roomOf(state))}
              @input=${(event) => setRoom(event.target.value)}
            />
          </div>
          <button class="button primary" type="button" aria-disabled=${people.some((each) => each.isBusy)} @click=${joinBoth}>
            Join both at once
          </button>
        </div>
        ${notice(id)}
        ${verdict(state, people)}
      </div>
      <div class="people">${people.map((each, index) => personPanel(state, each, index))}</div>
    </div>
  `;
}

function personPanel(state, person, index) {
  const label = person.name || `Person ${index + 1}`;
  return html`
    <div class="card stack" role="group" aria-labelledby="person-${index}">
      <h3 id="person-${index}">${label}</h3>
      ${personFields(state, person, index)}
      <div class="row">
        <button class="button primary" type="button" aria-label="Join as ${label}" aria-disabled=${person.isBusy} @click=${() => join(index)}>
          Join
        </button>
        <button class="button" type="button" aria-label="Leave as ${label}" aria-disabled=${person.isBusy || presentOf(state, person).length === 0} @click=${() => leave(index)}>
          Leave
        </button>
        <button class="button danger" type="button" aria-label="Delete room as ${label}" aria-disabled=${person.isBusy} @click=${() => deleteRoom(index)}>
          Delete room
        </button>
      </div>
      ${resultView(state, person)}
    </div>
  `;
}
