// The request as it stands: the operation, its parameters and its body.
import { operationNamed } from "./openapi.js";
import { state, update } from "./store.js";

update({
  /**
   * `parameters` are those of the path by name, undefined until one is chosen; `query` those of the query. Each operation
   * keeps the text of its own body. `tokenUse` is `valid`, `none` or `damaged`: what is sent of the token.
   */
  request: {
    operation: "CreateMeeting",
    parameters: { RoomId: "standup" },
    query: {},
    idempotencyKey: "",
    bodies: {},
    tokenUse: "valid",
    isSending: false,
  },
});

export function changeRequest(patch) {
  update({ request: { ...state.request, ...patch } });
}

/** Chooses an operation with values of its path, and goes to it, for the person who looks at it and sends it. */
export function showRequest(operation, parameters) {
  changeRequest({ operation, parameters });
  document.getElementById("request")?.scrollIntoView();
  document.getElementById("operation")?.focus({ preventScroll: true });
}

/** @param {string} operation @param {string} text the new text of that operation's body */
export function changeBodyText(operation, text) {
  changeRequest({ bodies: { ...state.request.bodies, [operation]: text } });
}

/** The meetings to choose from, those that go on first and the newest of them before the others. */
export function meetingChoices({ meetings }) {
  const newest = [...(meetings ?? [])].reverse();
  return [...newest.filter(({ alive }) => alive), ...newest.filter(({ alive }) => !alive)];
}

/** The attendees of a meeting, the newest first. */
export function attendeeChoices({ meetings }, meetingId) {
  const meeting = (meetings ?? []).find(({ Meeting }) => Meeting.MeetingId === meetingId);
  return [...(meeting?.attendees ?? [])].reverse().filter(({ deleted }) => !deleted);
}

/** The value of a parameter of the path: what was chosen, else the newest meeting or attendee that there is. */
export function parameterValue(state, name) {
  const chosen = state.request.parameters[name];
  if (chosen !== undefined) return chosen;
  if (name === "MeetingId") return meetingChoices(state)[0]?.Meeting.MeetingId ?? "";
  if (name === "AttendeeId") {
    return attendeeChoices(state, parameterValue(state, "MeetingId"))[0]?.Attendee.AttendeeId ?? "";
  }
  return "";
}

/**
 * The request as it would be sent now.
 * @returns {{ operation: import("./openapi.js").Operation, method: string, path: string, headers: Record<string, string>, body: string | null } | null}
 */
export function requestOf(state) {
  const { openapi, request } = state;
  const operation = operationNamed(openapi, request.operation);
  if (!operation) return null;
  const path = operation.path.replace(/\{(\w+)\}/g, (_, name) => encodeURIComponent(parameterValue(state, name)));
  const query = new URLSearchParams(operation.query ? { operation: operation.query } : {});
  for (const { name, in: place } of operation.parameters) {
    if (place === "query" && request.query[name]) query.set(name, request.query[name]);
  }
  const headers = {};
  const text = operation.body ? (request.bodies[operation.name] ?? "") : "";
  if (text.trim() !== "") headers["Content-Type"] = "application/json";
  const hasKey = operation.parameters.some(({ name }) => name === "Idempotency-Key");
  if (hasKey && request.idempotencyKey) headers["Idempotency-Key"] = request.idempotencyKey;
  return {
    operation,
    method: operation.method,
    path: query.size > 0 ? `${path}?${query}` : path,
    headers,
    body: text.trim() === "" ? null : text,
  };
}
