// What the AWS SDKs can send of a request: their operations and members are Chime's.
import { isObject } from "../body_value.js";
import { resolve } from "../openapi.js";

/** The operations that are the gateway's own. */
const GATEWAYS_OWN = ["Join", "JoinRoom", "GetRoom", "DeleteRoom"];

/**
 * The input of the SDK's call, or why no AWS SDK can send the request as it is.
 * @param {import("../snippets.js").Call} call
 * @returns {{ input: Record<string, any> | null, reason: string | null }}
 */
export function sdkInput(call) {
  const { operation, openapi, body, json, headers, parameters, query } = call;
  // It becomes a comment in the code, and names of members can have line breaks.
  const no = (reason) => ({ input: null, reason: reason.replace(/[\s\p{Cc}]+/gu, " ") });
  if (GATEWAYS_OWN.includes(operation.name)) {
    return no(`${operation.name} is the gateway’s own operation, which no AWS SDK has: this is plain HTTP.`);
  }
  if (body !== null && !isObject(json)) return no("An SDK can’t send this body, so this is plain HTTP.");
  const fault = operation.body ? faultOf(openapi, operation.body.schema, json ?? {}, "") : null;
  if (fault) return no(`An SDK does not send ${fault}, so this is plain HTTP.`);
  const key = headers["Idempotency-Key"]?.replace(/^"|"$/g, "");
  if (key && json?.ClientRequestToken && json.ClientRequestToken !== key) {
    return no("An SDK sends one idempotency key and not two, so this is plain HTTP.");
  }
  const page = pageOf(query);
  if (!page) return no("An SDK sends max-results as a number only, so this is plain HTTP.");
  const input = { ...parameters, ...json, ...page };
  if (key) input.ClientRequestToken = key;
  return { input, reason: null };
}

/** The parameters of a list's page. */
function pageOf(query) {
  const page = {};
  const results = query["max-results"];
  if (results) {
    if (!/^\d{1,9}$/.test(results)) return null;
    page.MaxResults = Number(results);
  }
  if (query["next-token"]) page.NextToken = query["next-token"];
  return page;
}

/** What an SDK leaves out or refuses: members that the model does not have, and values of another type. */
function faultOf(openapi, unresolved, value, name) {
  const schema = resolve(openapi, unresolved);
  const isOfType = {
    object: isObject,
    array: Array.isArray,
    string: (value) => typeof value === "string",
    integer: Number.isInteger,
  }[schema.type];
  if (isOfType && !isOfType(value)) return `${JSON.stringify(value)} as ${name || "a body"}`;
  if (schema.type === "array") {
    return value.map((item, index) => faultOf(openapi, schema.items, item, `${name}/${index}`)).find(Boolean) ?? null;
  }
  if (schema.type !== "object") return null;
  for (const [member, below] of Object.entries(value)) {
    const known = schema.properties?.[member];
    const path = name ? `${name}/${member}` : member;
    if (!known) return `the unknown member ${path}`;
    const fault = faultOf(openapi, known, below, path);
    if (fault) return fault;
  }
  return null;
}
