// What the requests of the section Rooms came to.
import { findingList } from "./findings.js";
import { meetingOf, shortened } from "./meeting_texts.js";
import { update } from "./store.js";
import { decode } from "./token.js";
import { html, nothing } from "./vendor/lit-html.js";

/** What a person's last request came to, and whom they have in the meeting. */
export function resultView(state, person) {
  const { result } = person;
  const present = presentOf(state, person).length;
  return html`
    <div class="said" role="status">${resultText(person)}</div>
    ${result && !person.isBusy ? details(state, result) : nothing}
    ${result ? token(result) : nothing}
    ${present > 1 ? html`<p class="muted small">Here ${present} times: each Join makes a further attendee.</p>` : nothing}
  `;
}

/** The attendees that a person has in meetings that go on. */
export function presentOf(state, person) {
  return person.attendees.filter(({ meetingId, attendeeId }) => ended(state, meetingId, attendeeId) === null);
}

/** Whether both are in the same meeting, and if not, why. */
export function verdict(state, people) {
  return html`<div class="said" role="status">${verdictText(state, people)}</div>`;
}

function verdictText(state, people) {
  const present = people.map((each) => presentOf(state, each).at(-1)?.meetingId);
  if (people.some((each) => each.isBusy) || present.includes(undefined)) return nothing;
  const [one, other] = present;
  if (one !== other) return html`<p class="notice"><b>They are in different meetings.</b> ${whyDifferent(people)}</p>`;
  const bothOpened = people.every(({ result }) => hasOpened(state, result?.requestId));
  return html`<p class="notice good">
    <b>Both are in the same meeting</b>, each with an attendee of their own.
    ${bothOpened ? "Both found the room empty and asked Chime for a meeting, with the same token: so Chime made one." : nothing}
  </p>`;
}

function whyDifferent([one, other]) {
  return one.tenant === other.tenant
    ? "One of them joined before the room was deleted, or by another name."
    : "A room belongs to its tenant: the same name in another tenant is another room.";
}

/** What screen readers say of a result: what became of it, and not the ids, nor what is learned of it later. */
function resultText({ isBusy, result }) {
  if (isBusy) return html`<p class="muted small">Asking…</p>`;
  return result ? answer(result) : nothing;
}

function answer(result) {
  return html`
    <div class="stack">
      <p class="row">
        <b>${result.operation}</b>
        <span class="badge ${result.isSuccess ? "ok" : "bad"}">${result.status} ${result.reason}</span>
        <span class="muted small">${result.milliseconds} ms</span>
      </p>
      ${result.isSuccess ? ending(result) : refusal(result)}
    </div>
  `;
}

const ENDINGS = {
  DeleteAttendee: "The attendee is deleted; the meeting goes on.",
  DeleteRoom: "The room has no meeting any more. Whoever joins next opens a new one.",
};

function ending({ operation }) {
  return ENDINGS[operation] ? html`<p class="muted small">${ENDINGS[operation]}</p>` : nothing;
}

function details(state, result) {
  return html`
    ${result.isSuccess && result.body?.Meeting ? ids(state, result) : nothing}
    <a class="small" href="#happened" @click=${() => update({ looked: result.number })}>What happened</a>
  `;
}

function ids(state, result) {
  const { Meeting, Attendee } = result.body;
  return html`
    <dl class="pairs">
      <dt>MeetingId</dt><dd><code>${Meeting.MeetingId}</code></dd>
      <dt>AttendeeId</dt><dd><code>${Attendee.AttendeeId}</code></dd>
      <dt>Room</dt><dd>${opening(state, result.requestId)}</dd>
      ${end(state, Meeting.MeetingId, Attendee.AttendeeId)}
    </dl>
  `;
}

/** Whether a request has opened the room; null until its log line is there, which alone says so. */
function hasOpened(state, requestId) {
  const line = state.exchanges.find((each) => each.request_id === requestId)?.line;
  return line ? line.room_opened === true : null;
}

function opening(state, requestId) {
  const opened = hasOpened(state, requestId);
  if (opened === null) return "…";
  return opened ? html`<b>opened by this request</b>` : "was open already";
}

function end(state, meetingId, attendeeId) {
  const text = ended(state, meetingId, attendeeId);
  return text ? html`<dt>Now</dt><dd><span class="badge warn">${text}</span></dd>` : nothing;
}

/** What has ended since, the meeting or the attendee; null while both are there, or where the page can't look. */
function ended(state, meetingId, attendeeId) {
  const meeting = meetingOf(state, meetingId);
  if (!meeting) return null;
  if (!meeting.alive) return "the meeting has ended";
  const attendee = meeting.attendees.find((each) => each.Attendee.AttendeeId === attendeeId);
  return attendee?.deleted ? "the attendee is deleted" : null;
}

function refusal({ body, text, retryAfter }) {
  if (!body) return html`<pre class="code wrap">${text}</pre>`;
  return html`
    <p class="finding">${body.Code ? html`<b>${body.Code}</b>: ` : nothing}${body.detail ?? body.message ?? text}</p>
    ${body.errors?.length > 0 ? findingList(body.errors) : nothing}
    ${retryAfter ? html`<p class="muted small">Retry-After: ${retryAfter} seconds</p>` : nothing}
  `;
}

function token({ method, path, token: text }) {
  return html`
    <details>
      <summary>Token and request</summary>
      <div class="stack"><pre class="code wrap" tabindex="0" role="group" aria-label="Request">${method} ${path}
Authorization: Bearer ${shortened(text)}</pre>
      <pre class="code wrap" tabindex="0" role="group" aria-label="Claims of the token">${JSON.stringify(decode(text)?.claims ?? "The token can’t be read.", null, 2)}</pre></div>
    </details>
  `;
}
