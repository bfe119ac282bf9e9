// The request as Python: a call of boto3, or of requests where boto3 can't send it.
import { isObject } from "../body_value.js";
import { resolve } from "../openapi.js";
import { pythonLiteral } from "./json_text.js";
import { sdkInput } from "./sdk_call.js";

/** @param {import("../snippets.js").Call} call */
export function boto3Snippet(call) {
  const { input, reason } = sdkInput(call);
  const completed = input && complete(call, input);
  if (!completed?.input) {
    const why = reason ?? completed.reason;
    return { code: plain(call, why), note: why };
  }
  const method = call.operation.name.replace(/(?<!^)[A-Z]/g, (letter) => `_${letter}`).toLowerCase();
  const code = `# pip install boto3 requests
import json

import boto3
import botocore
import requests
from botocore.config import Config

${tokenLines(call)}

def add_token(request, **_):
    request.headers["Authorization"] = f"Bearer {token}"


chime = boto3.client(
    "chime-sdk-meetings",
    endpoint_url=${JSON.stringify(call.gateway)},
    region_name="us-east-1",  # any will do: it is not used
    config=Config(signature_version=botocore.UNSIGNED),
)
chime.meta.events.register("before-send.chime-sdk-meetings", add_token)

answer = chime.${method}(${argumentsOf(completed.input)})
print(json.dumps(answer, indent=2))
`;
  return { code, note: completed.note ?? "For Python 3; errors are raised as Chime’s own exceptions." };
}

function argumentsOf(input) {
  const written = Object.entries(input).map(([name, value]) => `    ${name}=${pythonLiteral(value, "    ")},\n`);
  return written.length === 0 ? "" : `\n${written.join("")}`;
}

/** boto3 wants members that the gateway can do without. They get the value that the gateway would give them. */
function complete({ operation, openapi, report }, input) {
  const added = [];
  const { name } = operation;
  let full = { ...input };
  if (name.startsWith("CreateMeeting") && full.MediaRegion === undefined) {
    const region = report?.policy?.members?.find(({ member }) => member === "#/MediaRegion")?.sent;
    if (!region) return { input: null, reason: "boto3 wants a MediaRegion, so this is plain HTTP." };
    full.MediaRegion = region;
    added.push("MediaRegion");
  }
  const subject = report?.caller?.subject ?? "";
  const named = (attendee) => {
    if (attendee.ExternalUserId !== undefined) return attendee;
    if (!added.includes("ExternalUserId")) added.push("ExternalUserId");
    return { ExternalUserId: subject, ...attendee };
  };
  if (name === "CreateAttendee") full = named(full);
  if (Array.isArray(full.Attendees)) full.Attendees = full.Attendees.map(named);
  const missing = operation.body ? missingIn(openapi, operation.body.schema, full) : null;
  if (missing) return { input: null, reason: `boto3 refuses a request ${missing}, so this is plain HTTP.` };
  const note =
    added.length > 0 ? `boto3 wants ${added.join(" and ")}: here with the value that the gateway gives anyway.` : null;
  return { input: full, reason: null, note };
}

/** What boto3 checks before it sends: members that are required, and texts, numbers and lists that are too short. */
function missingIn(openapi, unresolved, value) {
  const schema = resolve(openapi, unresolved);
  if (schema.minLength > value.length) return "with a text that is too short";
  if (schema.minItems > value.length) return "with a list that is too short";
  if (schema.minimum > value) return "with a number that is too small";
  if (Array.isArray(value)) return value.map((item) => missingIn(openapi, schema.items, item)).find(Boolean) ?? null;
  if (!isObject(value)) return null;
  const missing = (schema.required ?? []).find((name) => value[name] === undefined);
  if (missing) return `without ${missing}`;
  for (const [name, below] of Object.entries(value)) {
    const known = schema.properties?.[name];
    const found = known ? missingIn(openapi, known, below) : null;
    if (found) return found;
  }
  return null;
}

function plain({ operation, url, headers, body, json, ...call }, why) {
  const options = [`"${operation.method}"`, JSON.stringify(url)];
  const sent = { Authorization: null, ...headers };
  const isJson = body !== null && json !== undefined;
  // `requests` sets this one itself for `json`.
  if (isJson) delete sent["Content-Type"];
  const written = Object.entries(sent).map(
    ([name, value]) => `${JSON.stringify(name)}: ${value === null ? 'f"Bearer {token}"' : JSON.stringify(value)}`,
  );
  options.push(`headers={${written.join(", ")}}`);
  if (isJson) options.push(`json=${pythonLiteral(json, "    ")}`);
  else if (body !== null) options.push(`data=${JSON.stringify(body)}.encode()`);
  options.push("timeout=30");
  return `# ${why}
# pip install requests
import requests

${tokenLines(call)}
answer = requests.request(
${options.map((option) => `    ${option},\n`).join("")})
print(answer.status_code, answer.text)
`;
}

function tokenLines({ tokenUrl, token }) {
  if (!tokenUrl) return `token = ${JSON.stringify(token)}\n`;
  return `# With a deployed stack this is the token that your user has.
token = requests.get(${JSON.stringify(tokenUrl)}, timeout=30).text
`;
}
