// The section Request: an operation, its parameters and its body as a form, and beside them the body as JSON and as code.
import { bodyText, isObject, parseBody, withValueAt } from "./body_value.js";
import { codePanel } from "./code_panel.js";
import { explanationOf, policyOf } from "./explanation.js";
import { findingText, placeOf } from "./findings.js";
import { objectFields } from "./form.js";
import { operationNamed, operationsOf, tagsOf } from "./openapi.js";
import { attendeeChoice, meetingChoice, parameterField } from "./parameters.js";
import { policyHint, tagsHint, tenantIdsRow, unsentValue } from "./policy_hint.js";
import {
  attendeeChoices,
  changeBodyText,
  changeRequest,
  meetingChoices,
  parameterValue,
  requestOf,
} from "./request_state.js";
import { answeredFindings, send } from "./send.js";
import { repeat } from "./vendor/directives/repeat.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "request";
export const title = "Request";
export const lead = "One of the API’s operations. Below each field: what the tenant’s policy has for it.";

export function view(state) {
  const { openapi, request } = state;
  const operation = operationNamed(openapi, request.operation);
  if (!operation) return html`<p class="card muted">Asking the gateway …</p>`;
  return html`
    <div class="card request" @keydown=${sendByKey}>
      ${requestLine(state, operation)}
      <div class="request-columns">
        ${repeat(
          [operation],
          ({ name }) => name,
          () => html`<div class="request-form stack">${form(state, operation)}</div>`,
        )}
        <div class="request-code"><div class="request-code-inner">${codePanel(state, operation)}</div></div>
      </div>
    </div>`;
}

/** The body that an operation starts with: its example in the description. */
export function firstBodies(openapi) {
  return Object.fromEntries(
    operationsOf(openapi)
      .filter(({ body }) => body)
      .map(({ name, body }) => [name, startText(body)]),
  );
}

function startText({ example, isRequired }) {
  if (!isRequired) return "";
  return bodyText(example ?? {});
}

function sendByKey(event) {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    send();
  }
}

function requestLine(state, operation) {
  const { openapi, request } = state;
  const now = requestOf(state);
  const choose = ({ target }) => changeRequest({ operation: target.value });
  return html`
    <div class="request-line">
      <div class="field request-operation">
        <label for="operation">Operation</label>
        <select id="operation" @change=${choose}>
          ${tagsOf(openapi).map(
            (tag) => html`
            <optgroup label=${tag}>
              ${operationsOf(openapi)
                .filter((known) => known.tag === tag)
                .map(({ name }) => html`<option value=${name} .selected=${name === operation.name}>${name}</option>`)}
            </optgroup>`,
          )}
        </select>
      </div>
      <p class="request-path"><span class="method">${now.method}</span> <code>${now.path}</code></p>
      <button class="button primary request-send" type="button" aria-disabled=${request.isSending} aria-keyshortcuts="Control+Enter"
        title="Ctrl+Enter sends too" @click=${send}>${request.isSending ? "Sending …" : "Send"}</button>
    </div>
    <div class="request-about">
      <p>${operation.summary}. ${needs(state, operation)}</p>
      ${refusal(state)}
    </div>`;
}

/** Why the request as a whole would be refused, where no field is at fault. */
function refusal(state) {
  const { tokenUse } = state.request;
  if (tokenUse !== "valid") {
    const what = tokenUse === "none" ? "no token" : "a token with another signature";
    return html`<p class="finding">Expected: 401, since ${what} is sent. See “The token, decoded” above.</p>`;
  }
  const { report, error } = explanationOf(state) ?? {};
  if (error) return html`<p class="muted small">It can’t be said what this request would get: ${error}</p>`;
  const problem = report?.problem;
  if (!problem || problem.errors?.length > 0) return nothing;
  return html`<p class="finding">Expected: ${problem.status} ${problem.title}, ${problem.detail}</p>`;
}

/** Which right the operation needs, and whether the person has it. */
function needs({ explanation }, { right }) {
  const held = explanation?.report?.rights.find((known) => known.right === right);
  const verdict = held ? (held.held ? " which this person has" : " which this person lacks") : "";
  const text = right === "any" ? "any of the four rights" : html`the right ${right}`;
  return html`<span class="muted">Needs ${text}${verdict ? `,${verdict}` : ""}.</span>`;
}

/** The parameters of the path come before the body, those of query and headers after it. */
function form(state, operation) {
  const findings = answeredFindings(state) ?? expected(state);
  const fields = (parameters) =>
    parameters.map((parameter) => parameterField(state, parameter, findingsOfParameter(findings, parameter)));
  const ofPath = operation.parameters.filter((parameter) => parameter.in === "path");
  const others = operation.parameters.filter((parameter) => parameter.in !== "path");
  const shown = new Set();
  const body = operation.body ? bodyForm(state, operation, findings, shown) : nothing;
  const isElsewhere = (found) =>
    !shown.has(found.pointer) && !operation.parameters.some((known) => isOfParameter(found, known));
  return html`
    ${fields(ofPath)} ${body} ${operation.name.startsWith("CreateMeeting") ? tenantIdsRow(state.explanation?.report) : nothing} ${fields(others)}
    ${findings.filter(isElsewhere).map((each) => findingText(`${placeOf(each)} ${each.detail}`))}`;
}

function isOfParameter({ header, parameter }, { name, in: place }) {
  return place === "header" ? header?.toLowerCase() === name.toLowerCase() : parameter === name;
}

function findingsOfParameter(findings, parameter) {
  return findings.filter((found) => isOfParameter(found, parameter)).map(({ detail }) => detail);
}

function bodyForm(state, operation, findings, shown) {
  const { openapi, explanation } = state;
  const text = state.request.bodies[operation.name] ?? "";
  const { value, error } = parseBody(text);
  if (error || (value !== undefined && !isObject(value))) {
    return html`<p class="notice">The body is ${error ? "not JSON" : "no JSON object"}, so there is no form for it. It can be sent all the same, as a thing to try.</p>`;
  }
  const report = explanation?.report;
  return objectFields(
    {
      openapi,
      value,
      shown,
      change: (path, changed) => changeBody(operation, value, path, changed),
      hint: (pointer) => (/\/Tags$/.test(pointer) ? tagsHint(report) : policyHint(report, pointer)),
      unsent: (pointer) => unsentValue(report, pointer),
      findings: (pointer) => findings.filter((found) => found.pointer === pointer).map(({ detail }) => detail),
      choices: (pointer) => choicesOf(state, pointer),
    },
    operation.body.schema,
  );
}

/** What the request would be refused for. That a member is required stands beside its name already. */
function expected(state) {
  const findings = explanationOf(state)?.report?.problem?.errors ?? [];
  return findings
    .filter(({ detail }) => detail !== "is required")
    .map((found) => ({ ...found, detail: `would be refused: ${found.detail}` }));
}

function changeBody(operation, value, path, changed) {
  const next = withValueAt(value, path, changed);
  changeBodyText(operation.name, next === undefined && operation.body.isRequired ? "{}" : bodyText(next));
}

/** What a field of the body may be chosen from, as far as it is known here. */
function choicesOf(state, pointer) {
  const { explanation } = state;
  if (pointer.endsWith("/PrimaryMeetingId")) return meetingChoices(state).map(meetingChoice);
  if (/\/ExcludedAttendeeIds\/\d+\/AttendeeId$/.test(pointer)) {
    return attendeeChoices(state, parameterValue(state, "MeetingId")).map(attendeeChoice);
  }
  const allowed = policyOf(explanation?.report, pointer)?.allowed;
  return Array.isArray(allowed) ? allowed.map((value) => ({ value, label: "" })) : [];
}
