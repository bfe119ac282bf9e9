// What the gateway refuses, as refusals.json lists it, and the errors that the SDK documents for each operation.
import { readFileSync } from "node:fs";

const read = (name) => readFileSync(new URL(name, import.meta.url), "utf8");
const { people, refusals, never } = JSON.parse(read("refusals.json"));
const COMMANDS = "node_modules/@aws-sdk/client-chime-sdk-meetings/dist-types/commands/";

export const PEOPLE = people;
export const NEVER = never;
export const INPUTS = JSON.parse(read("operations.json"));
export const OPERATIONS = Object.keys(INPUTS);
export const ERRORS = Object.fromEntries(OPERATIONS.map((operation) => [operation, documentedErrors(operation)]));
export const QUICK = refusals.filter(({ slow }) => !slow);
export const [NO_ANSWER] = refusals.filter(({ slow }) => slow);

/** The operations that the SDK documents the exception for, but for those that never answer with it. */
export function operationsOf({ exception }) {
  const isNever = (operation) => never.some((row) => row.operation === operation && row.exception === exception);
  return OPERATIONS.filter((operation) => ERRORS[operation].includes(exception) && !isNever(operation));
}

/** The exceptions of an operation for which there is a refusal. */
export function testedErrors(operation) {
  return refusals.filter((row) => operationsOf(row).includes(operation)).map(({ exception }) => exception);
}

/**
 * Makes a meeting, then arms the fault of a refusal; returns the input of each operation. The gateway made the meeting, so it
 * knows whose it is and asks Chime only for the operation itself.
 */
export async function prepare(gateway, refusal) {
  const inputs = await inputsOfANewMeeting(gateway);
  const operations = operationsOf(refusal);
  for (const operation of refusal.fault ? operations : []) await gateway.arm({ ...refusal.fault, operation, rate: 1 });
  return Object.fromEntries(operations.map((operation) => [operation, inputs[operation]]));
}

/** What a client has to see of a refusal. */
export function expected({ exception, status, retry_after: seconds }) {
  const waits = seconds ? { "retry-after": String(seconds), "x-amz-retry-after": String(seconds * 1000) } : {};
  return { exception, status, waits };
}

/** Makes a meeting with anna in it; returns the input of each operation on them. */
export async function inputsOfANewMeeting(gateway) {
  const { Meeting } = await created(gateway, "/meetings", { ExternalMeetingId: "standup" });
  const { Attendee } = await created(gateway, `/meetings/${Meeting.MeetingId}/join`);
  const ids = { MeetingId: Meeting.MeetingId, AttendeeId: Attendee.AttendeeId };
  return JSON.parse(JSON.stringify(INPUTS).replace(/\$\{(\w+)\}/g, (_, name) => ids[name]));
}

/** A person's token; nobody's is no token at all. */
export async function tokenOf(gateway, { person = "anna" }) {
  return person ? gateway.token(PEOPLE[person]) : "no-token";
}

async function created(gateway, path, body) {
  const answer = await gateway.send(PEOPLE.anna, "POST", path, body);
  if (answer.status !== 201) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/** The SDK has the errors of an operation only in its documentation, which its makers generate from the model. */
function documentedErrors(operation) {
  const text = read(`${COMMANDS}${operation}Command.d.ts`);
  const names = [...text.matchAll(/@throws \{@link (\w+)\} \((?:client|server) fault\)/g)].map(([, name]) => name);
  if (names.length === 0) throw new Error(`no errors in ${operation}Command.d.ts`);
  return names;
}
