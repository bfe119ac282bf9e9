// What `explain` says of the request as it stands, asked again a moment after each change.
import { parseBody } from "./body_value.js";
import { operationNamed } from "./openapi.js";
import { server } from "./server.js";
import { onChange, state, update } from "./store.js";

/** How long nothing may change before the server is asked, in milliseconds. */
const PAUSE = 200;

update({
  /** `{ key, report, error }`: the last answer, and for which request it was. */
  explanation: null,
});

/** The findings that the request would get: `[{ pointer, detail }]`. */
export function expectedFindings({ explanation }) {
  return explanation?.report?.problem?.errors ?? [];
}

/**
 * What the policy has for a member: a row of the report's `policy.members`. The members of a room's meeting and those of each
 * attendee of a list are the same as the ones of a meeting and of an attendee.
 * @param {any} report
 * @param {string} pointer
 */
export function policyOf(report, pointer) {
  const name = pointer.replace(/^#\/Meeting\//, "#/").replace(/^#\/Attendees\/\d+\//, "#/");
  return report?.policy?.members?.find(({ member }) => member === name) ?? null;
}

/** What `explain` is asked about the request as it stands; null where it can't be asked. */
export function questionOf({ openapi, token, request, meetings }) {
  const operation = operationNamed(openapi, request?.operation);
  if (!operation || !token?.claims) return null;
  const body = operation.body ? (request.bodies[operation.name] ?? "") : "";
  // `explain` reads JSON; what it would say of another text is what the request's answer says.
  if (parseBody(body).error) return null;
  const name = request.parameters.RoomId;
  const isOpen = (meetings ?? []).some(({ alive, Meeting }) => alive && Meeting.ExternalMeetingId === name);
  return {
    operation: operation.name,
    claims: token.claims,
    body: body.trim() === "" ? null : body,
    room_is_open: operation.name === "JoinRoom" && isOpen,
  };
}

/** Claims of a new token of the same person differ in these alone, and no policy reads them. */
const CLAIMS_OF_TIME = ["exp", "iat", "nbf", "jti"];

let timer;
let asked = null;
let askedUnder = null;

onChange(() => {
  const question = questionOf(state);
  if (!question) return;
  const key = JSON.stringify(question, (name, value) => (CLAIMS_OF_TIME.includes(name) ? undefined : value));
  // After each event about the policy another document may serve.
  if (key === asked && state.policy === askedUnder) return;
  askedUnder = state.policy;
  asked = key;
  clearTimeout(timer);
  timer = setTimeout(() => ask(key, question), state.explanation ? PAUSE : 0);
});

async function ask(key, question) {
  try {
    const report = await server.explain(question);
    if (key === asked) update({ explanation: { key, report, error: null } });
  } catch (error) {
    if (key === asked) update({ explanation: { key, report: null, error: error.message } });
  }
}
