// What to try after a request that was served: the operations that go on from its answer.
import { parseBody } from "./body_value.js";
import { showRequest } from "./request_state.js";
import { state } from "./store.js";
import { html, nothing } from "./vendor/lit-html.js";

/** The operations that follow well on one another. */
const NEXT = {
  CreateMeeting: ["Join", "ListAttendees", "DeleteMeeting"],
  CreateMeetingWithAttendees: ["ListAttendees", "GetAttendee", "DeleteMeeting"],
  GetMeeting: ["Join", "ListAttendees", "DeleteMeeting"],
  Join: ["ListAttendees", "UpdateAttendeeCapabilities", "DeleteMeeting"],
  CreateAttendee: ["ListAttendees", "UpdateAttendeeCapabilities", "DeleteAttendee"],
  BatchCreateAttendee: ["ListAttendees", "BatchUpdateAttendeeCapabilitiesExcept", "DeleteMeeting"],
  ListAttendees: ["GetAttendee", "UpdateAttendeeCapabilities", "DeleteAttendee"],
  GetAttendee: ["UpdateAttendeeCapabilities", "DeleteAttendee"],
  UpdateAttendeeCapabilities: ["GetAttendee", "ListAttendees"],
  JoinRoom: ["GetRoom", "ListAttendees", "DeleteRoom"],
  GetRoom: ["JoinRoom", "DeleteRoom"],
  DeleteRoom: ["JoinRoom"],
  DeleteMeeting: ["CreateMeeting"],
};

/** @param {any} own what the page has of a request that it sent */
export function nextSteps({ operation, answer, path }) {
  const next = NEXT[operation];
  if (!next || !answer || answer.status >= 300) return nothing;
  const { value } = parseBody(answer.text);
  const meeting = value?.Meeting?.MeetingId ?? /\/meetings\/([^/?]+)/.exec(path)?.[1];
  const attendee = value?.Attendee?.AttendeeId;
  const go = (name) => {
    const { MeetingId, AttendeeId, ...parameters } = state.request.parameters;
    // After the end of a meeting, the newest one that goes on is chosen.
    if (meeting && operation !== "DeleteMeeting") parameters.MeetingId = meeting;
    if (attendee) parameters.AttendeeId = attendee;
    showRequest(name, parameters);
  };
  return html`
    <div class="row small">
      <span class="muted">Next:</span>
      ${next.map((name) => html`<button class="button small" type="button" @click=${() => go(name)}>${name}</button>`)}
    </div>`;
}
