// What `explain` says of the request as it stands, asked again a moment after each change.
import { parseBody } from "./body_value.js";
import { operationNamed } from "./openapi.js";
import { server } from "./server.js";
import { onChange, state, update } from "./store.js";

/** How long nothing may change before the server is asked, in milliseconds. */
const PAUSE = 200;

update({
  /** `{ operation, report, error }`: the last answer, and which operation it is about. */
  explanation: null,
});

/**
 * What the last answer says of the request as it stands: `{ report, error }`. Null for a request that can't be explained, and
 * until the answer about another operation has come; while a value is typed, the answer about the one before counts.
 */
export function explanationOf(state) {
  const { explanation } = state;
  return explanation && questionOf(state)?.operation === explanation.operation ? explanation : null;
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
export function questionOf(state) {
  const { openapi, token, request } = state;
  const operation = operationNamed(openapi, request?.operation);
  if (!operation || !token?.claims) return null;
  const body = operation.body ? (request.bodies[operation.name] ?? "") : "";
  // `explain` reads JSON; what it would say of another text is what the request's answer says.
  if (parseBody(body).error) return null;
  return {
    operation: operation.name,
    claims: token.claims,
    body: body.trim() === "" ? null : body,
    room_is_open: operation.name === "JoinRoom" && isRoomOpen(state),
  };
}

/**
 * Whether the chosen room has a meeting, as far as the gateway's records of its last requests go. The meeting's name does not
 * tell: a meeting that was created otherwise may have the same one.
 */
function isRoomOpen({ exchanges, meetings, request, who, local }) {
  const path = `/rooms/${encodeURIComponent(request.parameters.RoomId)}/join`;
  const isAlive = (id) => meetings?.some(({ alive, Meeting }) => alive && Meeting.MeetingId === id);
  return exchanges.some(
    (exchange) =>
      exchange.path === path &&
      exchange.status < 300 &&
      // Of a token from elsewhere the page does not know which claim names the tenant.
      (!local.issuer || exchange.line?.tenant === who.tenant) &&
      isAlive(exchange.line?.meeting_id),
  );
}

/** Claims of a new token of the same person differ in these alone, and no policy reads them. */
const CLAIMS_OF_TIME = ["exp", "iat", "nbf", "jti"];

let timer;
let asked = null;
let askedUnder = null;

onChange(() => {
  const question = questionOf(state);
  if (!question) {
    // Without a token nobody asks, so there is nothing to say of anybody's rights.
    if (state.explanation && !state.token?.claims) forget();
    return;
  }
  const key = JSON.stringify(question, (name, value) => (CLAIMS_OF_TIME.includes(name) ? undefined : value));
  // After each event about the policy another document may serve.
  if (key === asked && state.policy === askedUnder) return;
  askedUnder = state.policy;
  asked = key;
  clearTimeout(timer);
  timer = setTimeout(() => ask(question), state.explanation ? PAUSE : 0);
});

function forget() {
  clearTimeout(timer);
  asked = null;
  questions += 1;
  update({ explanation: null });
}

let questions = 0;

async function ask(question) {
  questions += 1;
  const mine = questions;
  const { operation } = question;
  const explanation = await server.explain(question).then(
    (report) => ({ operation, report, error: null }),
    (error) => ({ operation, report: null, error: error.message }),
  );
  // A later question has been asked meanwhile, perhaps the same one of another document.
  if (mine === questions) update({ explanation });
}
