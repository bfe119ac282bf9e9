// Whether somebody is in a meeting, as Chime's events tell it.

const CHANGES = {
  "chime:AttendeeJoined": "connected",
  "chime:AttendeeLeft": "left",
  "chime:AttendeeDropped": "connection lost",
};

/**
 * What the latest event says of an attendee. Messages that are held back or lost count too: it has happened, and only the
 * gateway's side does not know.
 * @param {{attendee_id: ?string, event_type: ?string, timestamp: ?(number|string)}[]} messages oldest first
 * @param {string} attendeeId
 * @returns {"not connected" | "connected" | "left" | "connection lost"}
 */
export function connectionOf(messages, attendeeId) {
  let latest;
  for (const each of messages) {
    if (each.attendee_id !== attendeeId || !(each.event_type in CHANGES)) continue;
    if (latest === undefined || timeOf(each) >= timeOf(latest)) latest = each;
  }
  return latest ? CHANGES[latest.event_type] : "not connected";
}

const timeOf = ({ timestamp }) => new Date(timestamp ?? 0).getTime();
