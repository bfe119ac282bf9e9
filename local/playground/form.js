// A form made from a schema: a field for every member, lists that grow and shrink, and beside each member what is known of it.
import { isObject, valueAt } from "./body_value.js";
import { findingText } from "./findings.js";
import { pointerOf } from "./json_pointer.js";
import { resolve } from "./openapi.js";
import { firstSentence, prose } from "./prose.js";
import { html, noChange, nothing } from "./vendor/lit-html.js";

/**
 * @typedef {object} Form
 * @property {any} openapi the description that references in the schema point into
 * @property {any} value the value of the whole body
 * @property {(path: (string | number)[], value: any) => void} change takes a member's new value; undefined leaves it out
 * @property {(pointer: string) => any} hint what is said below a member's field; nothing for most
 * @property {(pointer: string) => string | null} unsent what a member gets that is left out; null where that is not known
 * @property {(pointer: string) => string[]} findings what is wrong at a member
 * @property {(pointer: string) => { value: string, label: string }[]} choices values to choose from, beside any other
 * @property {Set<string>} shown gets the pointer of each member that has a field, so that the other findings can be shown too
 */

/** Members that few requests need; they are folded away until they are used, and not again while somebody is at them. */
const RARE = ["MediaPlacementNetworkType", "MeetingHostId", "PrimaryMeetingId", "ClientRequestToken"];

/** A group of more members than these, which can be left out, is folded away until it is used. */
const MAX_OPEN = 4;

/**
 * The fields of an object's members: those that are required first.
 * @param {Form} form
 * @param {any} schema
 * @param {(string | number)[]} path
 */
export function objectFields(form, schema, path = []) {
  const required = schema.required ?? [];
  const names = Object.keys(schema.properties ?? {});
  const isRare = (name) => RARE.includes(name) && !required.includes(name);
  const ordered = [
    ...names.filter((name) => required.includes(name)),
    ...names.filter((name) => !required.includes(name)),
  ];
  const field = (name) => memberField(form, schema.properties[name], [...path, name], name, required.includes(name));
  const rare = ordered.filter(isRare);
  const common = ordered.filter((name) => !isRare(name)).map(field);
  if (rare.length === 0) return html`${common}`;
  const isUsed = rare.some((name) => {
    const at = [...path, name];
    return valueAt(form.value, at) !== undefined || form.findings(pointerOf(at)).length > 0;
  });
  return html`${common}
    <details class="rare" ?open=${isUsed || noChange}>
      <summary>${rare.length} more ${rare.length === 1 ? "member" : "members"}</summary>
      ${rare.map(field)}
    </details>`;
}

function memberField(form, unresolved, path, label, isRequired) {
  const schema = resolve(form.openapi, unresolved);
  if (schema.type === "array") return listField(form, schema, path, label, isRequired);
  if (schema.type !== "object") return leafField(form, schema, path, label, isRequired);
  const names = Object.keys(schema.properties ?? {});
  // An object with one member is one field, under both names.
  if (names.length === 1) {
    const [name] = names;
    const isInner = isRequired && (schema.required ?? []).includes(name);
    return memberField(form, schema.properties[name], [...path, name], `${label}.${name}`, isInner);
  }
  return groupField(form, schema, path, label, isRequired);
}

function groupField(form, schema, path, label, isRequired) {
  const pointer = pointerOf(path);
  form.shown.add(pointer);
  const value = valueAt(form.value, path);
  const content = html`
    ${findingsAt(form, pointer)}
    ${
      value !== undefined && !isObject(value)
        ? html`<p class="muted small">The JSON has ${JSON.stringify(value)} here, which is no object. A field below replaces it.</p>`
        : nothing
    }
    ${objectFields(form, schema, path)}`;
  // What can be left out and is large, or is there for each item of a list, is folded away until it is used.
  const isInList = path.some((key) => typeof key === "number");
  if (!isRequired && (isInList || Object.keys(schema.properties ?? {}).length > MAX_OPEN)) {
    return html`
      <details class="group" ?open=${value !== undefined || noChange}>
        <summary><code>${label}</code> <span class="muted">${prose(firstSentence(schema.description))}</span></summary>
        <fieldset><legend class="visually-hidden">${label}</legend>${content}</fieldset>
      </details>`;
  }
  return html`
    <fieldset class="group">
      <legend><code>${label}</code> ${requiredMark(isRequired)} <span class="muted">${prose(firstSentence(schema.description))}</span></legend>
      ${content}
    </fieldset>`;
}

function listField(form, schema, path, label, isRequired) {
  const pointer = pointerOf(path);
  form.shown.add(pointer);
  const value = valueAt(form.value, path);
  const items = Array.isArray(value) ? value : [];
  const itemSchema = resolve(form.openapi, schema.items);
  const one = label.replace(/s$/, "").replace(/Id$/, " id");
  const add = () => form.change([...path, items.length], itemSchema.type === "object" ? {} : "");
  const remove = (index) => {
    const left = items.filter((_, at) => at !== index);
    form.change(path, left.length === 0 && !isRequired ? undefined : left);
    document.getElementById(`add${pointer}`)?.focus();
  };
  return html`
    <fieldset class="group list">
      <legend><code>${label}</code> ${requiredMark(isRequired)} <span class="muted">${prose(firstSentence(schema.description))}</span></legend>
      ${form.hint(pointer)} ${findingsAt(form, pointer)}
      ${items.map(
        (_, index) => html`
        <fieldset class="item">
          <legend>${one} ${index + 1}</legend>
          <button class="button small quiet danger item-remove" type="button" @click=${() => remove(index)}
            aria-label=${`Remove ${one} ${index + 1}`}>Remove</button>
          ${itemField(form, itemSchema, [...path, index], `${one} ${index + 1}`)}
        </fieldset>`,
      )}
      <div><button class="button small" type="button" id=${`add${pointer}`} @click=${add}>Add to ${label}</button></div>
    </fieldset>`;
}

function itemField(form, schema, path, label) {
  const pointer = pointerOf(path);
  if (schema.type !== "object") return leafField(form, schema, path, label, true);
  form.shown.add(pointer);
  return html`${findingsAt(form, pointer)}${objectFields(form, schema, path)}`;
}

function leafField(form, schema, path, label, isRequired) {
  const pointer = pointerOf(path);
  form.shown.add(pointer);
  const id = `member${pointer}`;
  const findings = form.findings(pointer);
  const hint = form.hint(pointer);
  const about = firstSentence(schema.description);
  const rest = schema.description?.trim().slice(about.length).trim();
  const describedBy = [`${id}-about`, hint && `${id}-hint`, findings.length > 0 && `${id}-findings`];
  const field = { id, findings, describedBy: describedBy.filter(Boolean).join(" ") };
  return html`
    <div class="member">
      <div class="member-name">
        <div><label for=${id}><code>${label}</code></label> ${requiredMark(isRequired)} <span class="member-type">${typeOf(schema)}</span></div>
        <p class="muted small" id=${`${id}-about`}>${prose(about)}</p>
        ${rest ? html`<details class="about"><summary>more</summary><p class="muted small">${prose(rest)}</p></details>` : nothing}
      </div>
      <div class="member-value">
        ${schema.enum ? enumInput(form, schema, path, field) : textInput(form, schema, path, field, isRequired)}
        ${hint ? html`<div id=${`${id}-hint`}>${hint}</div>` : nothing}
        ${findings.length > 0 ? html`<div id=${`${id}-findings`}>${findings.map(findingText)}</div>` : nothing}
      </div>
    </div>`;
}

function enumInput(form, schema, path, { id, findings, describedBy }) {
  const value = valueAt(form.value, path);
  const unsent = form.unsent(pointerOf(path));
  const choose = ({ target }) => form.change(path, target.value === "" ? undefined : JSON.parse(target.value));
  const isStrange = value !== undefined && !schema.enum.includes(value);
  return html`
    <select id=${id} aria-describedby=${describedBy} aria-invalid=${findings.length > 0} @change=${choose}>
      <option value="" .selected=${value === undefined}>${unsent ? `not sent: gets ${unsent}` : "not sent"}</option>
      ${schema.enum.map(
        (name) => html`<option value=${JSON.stringify(name)} .selected=${name === value}>${name}</option>`,
      )}
      ${isStrange ? html`<option value=${JSON.stringify(value)} .selected=${true}>${JSON.stringify(value)}</option>` : nothing}
    </select>`;
}

function textInput(form, schema, path, { id, findings, describedBy }, isRequired) {
  const pointer = pointerOf(path);
  const isNumber = schema.type === "integer" || schema.type === "number";
  const choices = form.choices(pointer);
  const unsent = form.unsent(pointer);
  // An empty text is a value only where the member has to be there and may be empty.
  const empty = isRequired && schema.type === "string" && schema.minLength === 0 ? "" : undefined;
  const type = ({ target }) => {
    const text = target.value;
    form.change(path, text === "" ? empty : isNumber ? numberOf(text) : text);
  };
  return html`
    <input id=${id} autocomplete="off" spellcheck="false" inputmode=${isNumber ? "numeric" : "text"} aria-describedby=${describedBy}
      aria-invalid=${findings.length > 0} ?required=${isRequired} placeholder=${unsent ? `not sent: gets ${unsent}` : ""}
      list=${choices.length > 0 ? `${id}-choices` : nothing} .value=${shown(valueAt(form.value, path))} @input=${type}>
    ${
      choices.length > 0
        ? html`<datalist id=${`${id}-choices`}>${choices.map(({ value, label }) => html`<option value=${value}>${label}</option>`)}</datalist>`
        : nothing
    }`;
}

/** A text that is a number in its usual form is a number; any other is sent as the text that it is. */
function numberOf(text) {
  return String(Number(text)) === text && Number.isFinite(Number(text)) ? Number(text) : text;
}

function shown(value) {
  if (value === undefined) return "";
  return typeof value === "string" ? value : JSON.stringify(value);
}

function requiredMark(isRequired) {
  return isRequired ? html`<span class="required">required</span>` : nothing;
}

function findingsAt(form, pointer) {
  const findings = form.findings(pointer);
  return findings.length > 0 ? findings.map(findingText) : nothing;
}

function typeOf({ type, enum: values, minLength, maxLength, minimum, maximum }) {
  if (values) return "";
  if (minimum !== undefined && maximum !== undefined) return `${minimum} to ${maximum}`;
  if (maxLength === undefined) return type === "string" ? "text" : type;
  const least = minLength ?? 0;
  return least === maxLength ? `${least} characters` : `${least} to ${maxLength} characters`;
}
