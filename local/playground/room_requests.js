// The requests of the section Rooms: real ones to the API, each with the token of the person who sends it.
import { say } from "./notices.js";
import { peopleOf, roomOf, setPerson } from "./room_people.js";
import { presentOf } from "./room_results.js";
import { sendToGateway, server } from "./server.js";
import { state as store } from "./store.js";

const SECTION = "rooms";

/** The path of the room, or of something below it. */
const roomPath = (rest = "") => `/rooms/${encodeURIComponent(roomOf(store))}${rest}`;

/** Joins the room as a person. */
export async function join(index) {
  await joinAll([index]);
}

/** Joins as both. Their tokens are made first, so that the two requests leave in the same moment. */
export async function joinBoth() {
  await joinAll([0, 1]);
}

/** Deletes the attendees that a person has in meetings, by the tokens that they came with. */
export async function leave(index) {
  const present = presentOf(store, store.rooms.people[index]);
  if (present.length === 0) return;
  await busy([index], async () => {
    for (const { meetingId, attendeeId, token } of present) {
      const result = await send("Leave", token, "DELETE", `/meetings/${meetingId}/attendees/${attendeeId}`);
      const isGone = result.isSuccess || result.status === 404;
      const left = store.rooms.people[index].attendees.filter((each) => !isGone || each.attendeeId !== attendeeId);
      setPerson(index, { result, attendees: left });
    }
  });
}

/** Ends the room's meeting as a person. */
export async function deleteRoom(index) {
  await busy([index], async () => {
    const token = await tokenOf(index);
    setPerson(index, { result: await send("Delete room", token, "DELETE", roomPath()) });
  });
}

async function joinAll(indices) {
  await busy(indices, async () => {
    const tokens = await Promise.all(indices.map(tokenOf));
    const path = roomPath("/join");
    await Promise.all(
      indices.map(async (index, at) => {
        const result = await send("Join", tokens[at], "POST", path, {});
        const { attendees } = store.rooms.people[index];
        const meetingId = result.body?.Meeting?.MeetingId;
        const attendeeId = result.body?.Attendee?.AttendeeId;
        const joined = result.isSuccess ? [{ meetingId, attendeeId, token: tokens[at] }] : [];
        setPerson(index, { result, attendees: [...attendees, ...joined] });
      }),
    );
  });
}

/** The token by which a person asks. */
async function tokenOf(index) {
  const { name, tenant, groups, scope, ownToken } = peopleOf(store)[index];
  if (store.local.issuer === null) {
    if (!ownToken) throw new Error(`${name} has no token yet`);
    return ownToken;
  }
  const { token } = await server.token({ tenant, subject: name, groups, scope });
  return token;
}

/** Sends a request. An answer that is an error is a result too. */
async function send(name, token, method, path, content) {
  const headers = { Authorization: `Bearer ${token}` };
  if (content !== undefined) headers["Content-Type"] = "application/json";
  const body = content === undefined ? null : JSON.stringify(content);
  const answer = await sendToGateway({ method, path, headers, body });
  return {
    name,
    method,
    path,
    token,
    status: answer.status,
    reason: answer.reason,
    isSuccess: answer.status >= 200 && answer.status < 300,
    milliseconds: answer.milliseconds,
    requestId: answer.requestId,
    retryAfter: answer.headers["retry-after"] ?? null,
    body: parsed(answer.text),
    text: answer.text,
  };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** Marks people as busy while something is done for them, and says why where it could not be done. */
async function busy(indices, action) {
  if (indices.some((index) => store.rooms.people[index].isBusy)) return;
  for (const index of indices) setPerson(index, { isBusy: true });
  try {
    await action();
    say(SECTION, "");
  } catch (error) {
    say(SECTION, error.message, true);
  } finally {
    for (const index of indices) setPerson(index, { isBusy: false });
  }
}
