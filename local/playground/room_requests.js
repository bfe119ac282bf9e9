// The requests of the section Rooms: real ones to the API, each with the token of the person who sends it.
import { parseBody } from "./body_value.js";
import { say } from "./notices.js";
import { peopleOf, roomOf, setPerson } from "./room_people.js";
import { presentOf } from "./room_results.js";
import { addSent } from "./send.js";
import { sendToGateway, server } from "./server.js";
import { state as store } from "./store.js";
import { decode, groupsOf, makeToken } from "./token.js";

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
      const result = await send(
        index,
        "DeleteAttendee",
        token,
        "DELETE",
        `/meetings/${meetingId}/attendees/${attendeeId}`,
      );
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
    setPerson(index, { result: await send(index, "DeleteRoom", token, "DELETE", roomPath()) });
  });
}

async function joinAll(indices) {
  await busy(indices, async () => {
    const tokens = await Promise.all(indices.map(tokenOf));
    const reports = await Promise.all(tokens.map(explainJoin));
    const path = roomPath("/join");
    await Promise.all(
      indices.map(async (index, at) => {
        const result = await send(index, "JoinRoom", tokens[at], "POST", path, {}, reports[at]);
        const { attendees } = store.rooms.people[index];
        const meetingId = result.body?.Meeting?.MeetingId;
        const attendeeId = result.body?.Attendee?.AttendeeId;
        const joined = result.isSuccess ? [{ meetingId, attendeeId, token: tokens[at] }] : [];
        setPerson(index, { result, attendees: [...attendees, ...joined] });
      }),
    );
  });
}

/** What `explain` says of a JoinRoom that opens the room, so that What happened can say where each value comes from. */
async function explainJoin(token) {
  const claims = decode(token)?.claims;
  if (!claims) return null;
  return server.explain({ operation: "JoinRoom", claims, body: "{}", room_is_open: false }).catch(() => null);
}

/** The token by which a person asks. */
async function tokenOf(index) {
  const person = peopleOf(store)[index];
  if (store.local.issuer === null) {
    if (!person.ownToken) throw new Error(`${person.name} has no token yet`);
    return person.ownToken;
  }
  return makeToken({ tenant: person.tenant, subject: person.name, groups: groupsOf(person), scope: person.scope });
}

/**
 * Sends a request, which What happened shows too. An answer that is an error is a result like any other.
 * @param {string} operation the gateway's name of it
 * @param {any} report what `explain` says of it
 */
async function send(index, operation, token, method, path, content, report = null) {
  const person = peopleOf(store)[index];
  const headers = { Authorization: `Bearer ${token}` };
  if (content !== undefined) headers["Content-Type"] = "application/json";
  const body = content === undefined ? null : JSON.stringify(content);
  const time = Date.now();
  const answer = await sendToGateway({ method, path, headers, body });
  // Of a token that the page has not made, its own claims say whose it is.
  const who = store.local.issuer ? { tenant: person.tenant, subject: person.name, groups: groupsOf(person) } : null;
  const number = addSent({ operation, who, time, method, path, headers, body, answer, report, error: null });
  return {
    number,
    operation,
    method,
    path,
    token,
    status: answer.status,
    reason: answer.reason,
    isSuccess: answer.status >= 200 && answer.status < 300,
    milliseconds: answer.milliseconds,
    requestId: answer.requestId,
    retryAfter: answer.headers["retry-after"] ?? null,
    body: parseBody(answer.text).value ?? null,
    text: answer.text,
  };
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
