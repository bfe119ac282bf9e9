// The form by which one sends an event that no button of the page makes: late, repeated, or of a machine.
import { choiceField, numberField } from "./fields.js";
import { eventName, meetingsOf, nameOf } from "./meeting_texts.js";
import { notice, perform } from "./notices.js";
import { server } from "./server.js";
import { state as store, update } from "./store.js";
import { html, nothing } from "./vendor/lit-html.js";

const SECTION = "own-event";

/** Types of the Amazon Chime SDK Developer Guide, and whether each is about an attendee. */
const TYPES = {
  "chime:AttendeeJoined": true,
  "chime:AttendeeLeft": true,
  "chime:AttendeeDropped": true,
  "chime:AttendeeVideoStarted": true,
  "chime:AttendeeVideoStopped": true,
  "chime:AttendeeContentJoined": true,
  "chime:AttendeeContentLeft": true,
  "chime:AttendeeContentDropped": true,
  "chime:MeetingStarted": false,
  "chime:MeetingEnded": false,
};

/** What no event is: the function fails at it, and in the end it is a dead letter. */
const NO_EVENT = "no event";

/** Somebody whom nobody created; by the `aws:` it is a machine. */
const RECORDER = "aws:MediaPipeline-recorder";

const START = { type: "chime:AttendeeLeft", who: "", secondsAgo: "0", times: "1", meeting: "" };

/** The form, closed until it is asked for. */
export function view(state) {
  const meetings = meetingsOf(state);
  const draft = { ...START, ...state.ownEvent };
  const meeting = meetings.find((each) => each.Meeting.MeetingId === draft.meeting) ?? meetings.at(-1);
  return html`
    <details>
      <summary>Send an event of your own</summary>
      <div class="stack">
        <p class="muted small">
          One that is late, one that comes several times, one of a recorder, which usage does not count, or one that can’t be read:
          it fails alone, comes again every two seconds, and after the fifth time it is a dead letter.
        </p>
        ${meeting ? form(draft, meetings, meeting) : html`<p class="empty">There is no meeting yet that it could be about.</p>`}
        ${notice(SECTION)}
      </div>
    </details>
  `;
}

function form(draft, meetings, meeting) {
  const people = meeting.attendees.map(({ Attendee }) => [Attendee.AttendeeId, Attendee.ExternalUserId]);
  const isKnown = draft.who === RECORDER || people.some(([attendeeId]) => attendeeId === draft.who);
  const who = isKnown ? draft.who : (people[0]?.[0] ?? RECORDER);
  const meetingChoices = [...meetings]
    .reverse()
    .map((each) => [each.Meeting.MeetingId, each.alive ? nameOf(each) : `${nameOf(each)} (has ended)`]);
  return html`
    <form class="fields" @submit=${(event) => send(event, { ...draft, who }, meeting)}>
      ${choice("meeting", "Meeting", meetingChoices, meeting.Meeting.MeetingId)}
      ${choice("type", "Event", typeChoices(), draft.type)}
      ${TYPES[draft.type] ? choice("who", "Who", [...people, [RECORDER, "a recorder of AWS"]], who) : nothing}
      ${draft.type === NO_EVENT ? nothing : number("secondsAgo", "Happened, in seconds ago", draft.secondsAgo, { min: 0, max: 2_000_000 })}
      ${number("times", "How often it is sent", draft.times, { min: 1, max: 20 })}
      <button class="button">Send the event</button>
    </form>
  `;
}

const typeChoices = () => [
  ...Object.keys(TYPES).map((type) => [type, eventName(type)]),
  [NO_EVENT, "a message that is no event"],
];

const set = (name) => (value) => update({ ownEvent: { ...store.ownEvent, [name]: value } });

const choice = (name, label, choices, chosen) => choiceField(`own-event-${name}`, label, choices, chosen, set(name));

const number = (name, label, value, range) => numberField(`own-event-${name}`, label, value, range, set(name));

function send(event, { type, who, secondsAgo, times }, meeting) {
  event.preventDefault();
  const person = who === RECORDER ? { external_user_id: who } : { attendee_id: who };
  const what = { event_type: type, milliseconds_ago: Number(secondsAgo) * 1000, ...(TYPES[type] ? person : {}) };
  const asked = { ...(type === NO_EVENT ? { text: "This is no event." } : what), times: Number(times) };
  const often = asked.times === 1 ? "" : `, ${asked.times} times`;
  const done = `Sent: ${type === NO_EVENT ? "a message that is no event" : eventName(type)}, of ${nameOf(meeting)}${often}.`;
  return perform(SECTION, () => server.sendMeetingEvents(meeting.Meeting.MeetingId, [asked]), done);
}
