// Words for meetings, attendees, events and times, as several sections need them.

/** The meetings of the simulator, each as `GET /simulator/meetings` has it. */
export const meetingsOf = (state) => state.meetings ?? [];

/** The meeting with an id. */
export const meetingOf = (state, id) => meetingsOf(state).find((each) => each.Meeting.MeetingId === id);

/** A meeting's name: ExternalMeetingId, which the product gave it, or the beginning of its id. */
export const nameOf = ({ Meeting }) => Meeting.ExternalMeetingId ?? shortened(Meeting.MeetingId);

/** The beginning of an id, where the whole of it stands elsewhere. */
export const shortened = (id) => (id ? `${id.slice(0, 8)}…` : "");

/** Who an attendee is, by ids; the beginning of the id for one that nobody created. */
export function personOf(state, meetingId, attendeeId) {
  const found = meetingOf(state, meetingId)?.attendees.find((each) => each.Attendee.AttendeeId === attendeeId);
  return found?.Attendee.ExternalUserId ?? shortened(attendeeId);
}

/**
 * A time of day to the second; empty for what is no time.
 * @param {number | string | null} time milliseconds since 1970, or RFC 3339
 */
export function timeOfDay(time) {
  const date = new Date(time ?? Number.NaN);
  return Number.isNaN(date.getTime()) ? "" : CLOCK.format(date);
}

const CLOCK = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });

/** `1 attendee`, `2 attendees`. */
export const counted = (count, one, many = `${one}s`) => `${count} ${count === 1 ? one : many}`;

/** An event's type without the `chime:` that all have. */
export const eventName = (type) => (type ? type.replace(/^chime:/, "") : "Not an event");

/** Whether Chime is simulated, so that the page can look into it. */
export const isSimulated = (state) => state.local?.chime === "simulator";
