// The request as code of four kinds of clients, each complete: pasted and run it sends what the form would.

import { boto3Snippet } from "./snippets/boto3.js";
import { curlSnippet } from "./snippets/curl.js";
import { fetchSnippet } from "./snippets/fetch.js";
import { javascriptSdkSnippet } from "./snippets/javascript_sdk.js";
import { jsonOf } from "./snippets/json_text.js";
import { groupsOf, list } from "./token.js";

/** The kinds, in the order of their tabs. */
export const SNIPPETS = [
  { id: "curl", title: "curl", write: curlSnippet },
  { id: "fetch", title: "fetch", write: fetchSnippet },
  { id: "boto3", title: "boto3", write: boto3Snippet },
  { id: "javascript-sdk", title: "JS SDK", write: javascriptSdkSnippet },
];

/**
 * @typedef {object} Call what a snippet is written from
 * @property {import("./openapi.js").Operation} operation
 * @property {any} openapi
 * @property {string} url
 * @property {string} gateway the address of the gateway
 * @property {Record<string, string>} headers without the token
 * @property {string | null} body the text
 * @property {any} json the value in the body, where the value's usual text is the same; undefined where it is not
 * @property {Record<string, string>} parameters those of the path
 * @property {Record<string, string>} query those of the query, but for `operation`
 * @property {string | null} tokenUrl where a token of the person is got; null where only `token` is there
 * @property {string} token
 * @property {any} report what `explain` says of the request, or null
 */

/**
 * @param {string} kind
 * @param {{ state: any, request: any }} now the state, and the request as it would be sent
 * @returns {{ code: string, note: any }}
 */
export function snippet(kind, { state, request }) {
  const { write } = SNIPPETS.find(({ id }) => id === kind) ?? SNIPPETS[0];
  return write(callOf(state, request));
}

/** @returns {Call} */
function callOf(state, { operation, path, headers, body }) {
  const { local, openapi, token, request, explanation } = state;
  const segments = path.split("?")[0].split("/");
  const parameters = {};
  operation.path.split("/").forEach((part, index) => {
    if (part.startsWith("{")) parameters[part.slice(1, -1)] = decodeURIComponent(segments[index] ?? "");
  });
  const query = operation.parameters.filter(({ in: place, name }) => place === "query" && request.query[name]);
  return {
    operation,
    openapi,
    gateway: local.front,
    url: local.front + path,
    headers,
    body,
    json: body === null ? undefined : jsonOf(body),
    parameters,
    query: Object.fromEntries(query.map(({ name }) => [name, request.query[name]])),
    tokenUrl: local.issuer ? tokenUrl(local.issuer, state.who) : null,
    token: token?.text ?? "",
    report: explanation?.report ?? null,
  };
}

function tokenUrl(issuer, who) {
  const query = [
    ["tenant", who.tenant],
    ["sub", who.subject],
    ["groups", groupsOf(who).join(",")],
    ["scope", list(who.scope).join(" ")],
  ];
  const written = query
    .filter(([, value]) => value !== "")
    .map(([name, value]) => `${name}=${encodeURIComponent(value).replaceAll("%2C", ",")}`);
  return `${issuer}/token?${written.join("&")}`;
}
