// JSON as lines, with notes at its members: what was added, what was changed, what was found wrong.
import { isObject } from "./body_value.js";
import { below } from "./json_pointer.js";
import { prose } from "./prose.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * @typedef {object} Note
 * @property {"added" | "changed" | "finding" | null} mark
 * @property {any} text what is said at the member; the mark itself is said too
 */

/** How long a text without spaces may be that is shown as a whole: nobody reads the middle of a token. */
const MAX_TEXT = 120;
/** How much of a longer text is shown. */
const SHOWN_TEXT = 40;
/** An object below the second level with a longer text than this can be folded, and begins folded. */
const MAX_OBJECT = 400;
/** The style sheet indents so many levels. */
const MAX_DEPTH = 7;

/**
 * @param {any} value
 * @param {{ label: string, notes?: Map<string, Note>, isFolded?: boolean }} options `label` names the block, `notes` are by
 *   JSON pointer, `isFolded` folds large objects that have no notes
 */
export function jsonView(value, { label, notes = new Map(), isFolded = false }) {
  const context = { notes, isFolded };
  return html`<div class="json" role="group" tabindex="0" aria-label=${label}>${node(context, { value, pointer: "#", depth: 0, name: null, isLast: true, mark: null })}</div>`;
}

function node(context, at) {
  const { value, pointer, depth, name, isLast } = at;
  const note = context.notes.get(pointer);
  const mark = note?.mark ?? at.mark;
  const key = name === null ? nothing : html`<span class="json-name">${JSON.stringify(name)}</span>: `;
  const comma = isLast ? nothing : ",";
  const entries = entriesOf(value);
  const here = { depth, mark, note };
  if (!entries || entries.length === 0) return line(here, html`${key}${leaf(value)}${comma}`);
  const [open, close] = Array.isArray(value) ? ["[", "]"] : ["{", "}"];
  const children = entries.map(([child, inner], index) =>
    node(context, {
      value: inner,
      pointer: below(pointer, child),
      depth: depth + 1,
      name: Array.isArray(value) ? null : child,
      isLast: index === entries.length - 1,
      mark: mark === "finding" ? null : mark,
    }),
  );
  const end = line({ depth, mark: mark === "finding" ? null : mark }, html`${close}${comma}`);
  if (context.isFolded && depth > 1 && JSON.stringify(value).length > MAX_OBJECT && !hasNote(context, pointer)) {
    const count = `${entries.length} ${Array.isArray(value) ? "items" : "members"}`;
    return html`
      <details>
        <summary class=${`${lineClass(here)} is-fold`}>${key}${open} <span class="json-count">${count}</span> ${close}${comma}</summary>
        ${children}
      </details>`;
  }
  return html`${line(here, html`${key}${open}`)}${children}${end}`;
}

function entriesOf(value) {
  if (Array.isArray(value)) return value.map((item, index) => [index, item]);
  return isObject(value) ? Object.entries(value) : null;
}

function hasNote({ notes }, pointer) {
  return [...notes.keys()].some((noted) => noted === pointer || noted.startsWith(`${pointer}/`));
}

function leaf(value) {
  if (Array.isArray(value)) return "[]";
  if (isObject(value)) return "{}";
  if (typeof value === "string" && value.length > MAX_TEXT && !value.includes(" ")) {
    return html`<span class="json-text">"${value.slice(0, SHOWN_TEXT)}…"</span> <span class="json-count">${value.length} characters</span>`;
  }
  return html`<span class="json-text">${JSON.stringify(value)}</span>`;
}

const MARKS = { added: "added", changed: "changed", finding: "refused" };

function line({ depth, mark, note }, content) {
  return html`<div class=${lineClass({ depth, mark })}>${content}${noteText(note)}</div>`;
}

function noteText(note) {
  if (!note) return nothing;
  return html` <span class="json-note">${note.mark ? html`<b>${MARKS[note.mark]}</b>` : nothing} ${typeof note.text === "string" ? prose(note.text) : note.text}</span>`;
}

function lineClass({ depth, mark }) {
  return `json-line depth-${Math.min(depth, MAX_DEPTH)}${mark ? ` is-${mark}` : ""}`;
}
