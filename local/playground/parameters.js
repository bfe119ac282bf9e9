// The fields of an operation's parameters: ids of meetings and attendees that exist, the room's name, queries and headers.
import { randomId } from "./clipboard.js";
import { findingText } from "./findings.js";
import { nameOf, shortened } from "./meeting_texts.js";
import { firstSentence, prose } from "./prose.js";
import { attendeeChoices, changeRequest, meetingChoices, parameterValue } from "./request_state.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * @param {any} state
 * @param {any} parameter a parameter of the API's description
 * @param {string[]} findings what is wrong with its value
 */
export function parameterField(state, parameter, findings) {
  const { name, description, in: place } = parameter;
  const id = `parameter-${name}`;
  const input = place === "path" ? pathInput(state, parameter, id) : textInput(state, parameter, id, findings);
  return html`
    <div class="member">
      <div class="member-name">
        <div><label for=${id}><code>${name}</code></label>
          ${parameter.required ? html`<span class="required">required</span>` : nothing}
          <span class="member-type">${place === "header" ? "header" : `in the ${place}`}</span></div>
        <p class="muted small">${prose(firstSentence(description))}</p>
      </div>
      <div class="member-value">${input}
        ${findings.length > 0 ? html`<div id=${`${id}-findings`}>${findings.map(findingText)}</div>` : nothing}
      </div>
    </div>`;
}

/** @returns {{ value: string, label: string }} */
export function meetingChoice({ Meeting, alive }) {
  const id = Meeting.MeetingId;
  return { value: id, label: `${nameOf({ Meeting })} · ${shortened(id)}${alive ? "" : " · ended"}` };
}

/** @returns {{ value: string, label: string }} */
export function attendeeChoice({ Attendee }) {
  const id = Attendee.AttendeeId;
  return { value: id, label: `${Attendee.ExternalUserId} · ${shortened(id)}` };
}

/** The option that lets any other id be typed; no id has a line break. */
const OTHER = "\n";

function pathInput(state, { name }, id) {
  const value = parameterValue(state, name);
  if (name === "RoomId") return roomInput(state, value, id);
  const choices =
    name === "MeetingId"
      ? meetingChoices(state).map(meetingChoice)
      : attendeeChoices(state, parameterValue(state, "MeetingId")).map(attendeeChoice);
  const isListed = choices.some((choice) => choice.value === value);
  const choose = ({ target }) => {
    changeParameter(state, name, target.value === OTHER ? "" : target.value);
    if (target.value === OTHER) queueMicrotask(() => document.getElementById(`${id}-other`)?.focus());
  };
  return html`
    <select id=${id} @change=${choose}>
      ${choices.map(({ value: known, label }) => html`<option value=${known} .selected=${known === value}>${label}</option>`)}
      <option value=${OTHER} .selected=${!isListed}>another id …</option>
    </select>
    ${
      isListed
        ? nothing
        : html`<input class="mono" id=${`${id}-other`} aria-label=${`${name}, any text`} autocomplete="off" spellcheck="false"
            placeholder=${emptyText(name, choices)} .value=${value}
            @input=${({ target }) => changeParameter(state, name, target.value)}>`
    }`;
}

function emptyText(name, choices) {
  if (choices.length > 0) return "an id";
  return name === "MeetingId" ? "no meeting yet: send CreateMeeting" : "no attendee yet: send Join";
}

function roomInput(state, value, id) {
  const names = [...new Set(meetingChoices(state).map(({ Meeting }) => Meeting.ExternalMeetingId))];
  return html`
    <input id=${id} autocomplete="off" spellcheck="false" list=${`${id}-choices`} .value=${value}
      @input=${({ target }) => changeParameter(state, "RoomId", target.value)}>
    <datalist id=${`${id}-choices`}>${names.map((name) => html`<option value=${name}></option>`)}</datalist>`;
}

/** Another meeting has other attendees. */
function changeParameter(state, name, value) {
  const { AttendeeId, ...others } = state.request.parameters;
  const kept = name === "MeetingId" ? others : state.request.parameters;
  changeRequest({ parameters: { ...kept, [name]: value } });
}

function textInput(state, { name, in: place, schema }, id, findings) {
  const { request } = state;
  const isHeader = place === "header";
  const value = isHeader ? request.idempotencyKey : (request.query[name] ?? "");
  const change = (text) =>
    changeRequest(isHeader ? { idempotencyKey: text } : { query: { ...request.query, [name]: text } });
  const input = html`
    <input id=${id} autocomplete="off" spellcheck="false" inputmode=${schema.type === "integer" ? "numeric" : "text"}
      aria-invalid=${findings.length > 0} aria-describedby=${findings.length > 0 ? `${id}-findings` : nothing}
      placeholder="not sent" .value=${value} @input=${({ target }) => change(target.value)}>`;
  if (!isHeader) return input;
  return html`
    <div class="with-button">${input}
      <button class="button" type="button" @click=${() => change(randomId())}>New key</button></div>
    <p class="muted small">With a key, sending the same request again returns the same meeting.</p>`;
}
