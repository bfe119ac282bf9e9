// The section Meetings: what the simulated Chime has, and what people in a meeting do.
import { keepFocus } from "./focus.js";
import { counted, isSimulated, meetingsOf, nameOf } from "./meeting_texts.js";
import { notice, perform } from "./notices.js";
import { connectionOf } from "./presence.js";
import { showRequest } from "./request_state.js";
import { server } from "./server.js";
import { state as store, update } from "./store.js";
import { repeat } from "./vendor/directives/repeat.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "meetings";
export const title = "Meetings";
export const lead = "What Chime has right now, of all tenants.";

/** The section's content. */
export function view(state) {
  if (!state.local) return nothing;
  if (!isSimulated(state)) return html`<p class="empty">The page can look into the simulated Chime only.</p>`;
  const open = meetingsOf(state).filter((each) => each.alive);
  const ended = meetingsOf(state).filter((each) => !each.alive);
  return html`
    <div class="stack">
      ${open.length === 0 ? empty(state.local.registry, ended.length) : explanation()}
      ${notice(id)}
      ${openMeetings(state, [...open].reverse())}
      ${ended.length === 0 ? nothing : endedMeetings(ended)}
    </div>
  `;
}

const meetingId = (each) => each.Meeting.MeetingId;
const attendeeId = ({ Attendee }) => Attendee.AttendeeId;

function empty(hasRooms, ended) {
  return html`<p class="empty">
    No meeting is open${ended > 0 ? " now" : " yet"}. <a href="#request">Send CreateMeeting</a>${hasRooms ? html`, or let two people join a <a href="#rooms">room</a>` : nothing}.
  </p>`;
}

function explanation() {
  return html`<p class="muted small">
    Chime ends a meeting by itself some minutes after the last one has left. <b>End</b> does that now, without asking the
    gateway, which learns of it by an <a href="#events">event</a>. Nobody sends sound or pictures here, so you say who connects.
  </p>`;
}

/** How many are shown before one asks for all. */
const SHOWN = 6;

function openMeetings(state, open) {
  const shown = state.showsAllMeetings ? open : open.slice(0, SHOWN);
  return html`
    <ul class="meetings">${repeat(shown, meetingId, (each) => openMeeting(state, each))}</ul>
    ${
      open.length > SHOWN
        ? html`<button class="button" type="button" @click=${() => update({ showsAllMeetings: !state.showsAllMeetings })}>
            ${state.showsAllMeetings ? "Show the newest only" : `Show all ${open.length}`}
          </button>`
        : nothing
    }
  `;
}

function openMeeting(state, each) {
  const { Meeting, Tags, attendees } = each;
  const there = attendees.filter((attendee) => !attendee.deleted).length;
  const most = Meeting.MeetingFeatures?.Attendee?.MaxCount;
  return html`
    <li class="card stack">
      <div class="row apart">
        <h3>${nameOf(each)}</h3>
        <span class="row">
          <button class="button small" type="button" aria-label="Join ${nameOf(each)} by a request" @click=${() => askToJoin(Meeting.MeetingId)}>Join</button>
        <button class="button small danger" type="button" aria-label="End ${nameOf(each)}" @click=${(event) => keepFocus(event, () => end(each))}>End</button></span>
      </div>
      <dl class="pairs">
        <dt>MeetingId</dt><dd><code>${Meeting.MeetingId}</code></dd>
        ${pair("Tenant", Meeting.TenantIds?.join(", "))}
        ${pair("Region", Meeting.MediaRegion)}
        ${pair("Tags", Tags.map(({ Key, Value }) => `${Key}=${Value}`).join(", "))}
        <dt>Attendees</dt><dd>${there}${most ? ` of at most ${most}` : nothing}</dd>
      </dl>
      ${
        attendees.length === 0
          ? html`<p class="muted small">Nobody has joined. Join it by a request, or let the product’s own frontend do it.</p>`
          : html`<ul class="entries scroller">
              ${repeat(attendees, attendeeId, (attendee) => attendeeEntry(state, each, attendee))}
            </ul>`
      }
    </li>
  `;
}

function askToJoin(MeetingId) {
  showRequest("Join", { ...store.request.parameters, MeetingId });
}

function pair(name, value) {
  return value ? html`<dt>${name}</dt><dd>${value}</dd>` : nothing;
}

function attendeeEntry(state, meeting, { Attendee, deleted }) {
  const { ExternalUserId, AttendeeId, Capabilities } = Attendee;
  const connection = deleted ? "deleted" : connectionOf(state.messages ?? [], AttendeeId);
  return html`
    <li class="entry">
      <div class="entry-text">
        <div class="row"><b>${ExternalUserId}</b><span class="badge ${BADGES[connection] ?? ""}">${connection}</span></div>
        <div class="muted small"><code>${AttendeeId}</code></div>
        ${Capabilities ? html`<div class="muted small">${capabilitiesText(Capabilities)}</div>` : nothing}
      </div>
      ${deleted ? nothing : html`<div class="row">${moves(meeting, Attendee, connection)}</div>`}
    </li>
  `;
}

const BADGES = { connected: "ok", "connection lost": "warn" };

function moves(meeting, { ExternalUserId, AttendeeId }, connection) {
  const move = (label, type, words) => html`
    <button
      class="button small"
      type="button"
      aria-label="${label}: ${ExternalUserId}"
      @click=${(event) => keepFocus(event, () => happens(meeting, AttendeeId, type, `${ExternalUserId} ${words}`))}
    >${label}</button>
  `;
  const isConnected = connection === "connected";
  // One template for both, so that the focus stays on the button when it becomes the other one.
  return html`
    ${isConnected ? move("Leave", "AttendeeLeft", "has left") : move("Connect", "AttendeeJoined", "is connected")}
    ${isConnected ? move("Lose connection", "AttendeeDropped", "has lost the connection") : nothing}
  `;
}

function capabilitiesText({ Audio, Video, Content }) {
  if (Audio === Video && Video === Content) return `Audio, video and content: ${Audio}`;
  return `Audio: ${Audio}, video: ${Video}, content: ${Content}`;
}

function endedMeetings(ended) {
  return html`
    <details>
      <summary>${counted(ended.length, "meeting that has ended", "meetings that have ended")}</summary>
      <ul class="entries">
        ${repeat(
          [...ended].reverse(),
          meetingId,
          (each) => html`<li class="entry">
            <div class="entry-text">
              <b>${nameOf(each)}</b>
              <div class="muted small"><code>${each.Meeting.MeetingId}</code>, ${counted(each.attendees.length, "attendee")}</div>
            </div>
          </li>`,
        )}
      </ul>
    </details>
  `;
}

function end(each) {
  const done = `${nameOf(each)} has ended, and Chime sends MeetingEnded. The gateway was not asked.`;
  return perform(id, () => server.endMeeting(meetingId(each)), done);
}

function happens(meeting, attendee, type, done) {
  const events = [{ event_type: `chime:${type}`, attendee_id: attendee }];
  return perform(id, () => server.sendMeetingEvents(meetingId(meeting), events), `${done}. Chime sends ${type}.`);
}
