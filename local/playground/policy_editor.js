// A text field with line numbers beside it, which scroll together, and marks at lines with faults.
import { lineOf, lineRange, offsetOf } from "./json_places.js";
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

const FIELD = "policy-text";
const LINES = "policy-lines";

/**
 * The field. The numbers are decoration: screen readers get the faults by the field's description, with their lines.
 * @param {{ text: string, faults: { line: ?number }[] }} editing
 * @param {(text: string) => void} onText gets what was typed
 * @param {() => void} onTry is called for Control and Enter, by which the request above is sent too
 */
export function editor({ text, faults }, onText, onTry) {
  const marked = new Set(faults.map(({ line }) => line));
  const lines = text.split("\n");
  return html`
    <div class="field">
      <label for=${FIELD}>Policy document</label>
      <div class="editor">
        <div class="editor-lines" id=${LINES} aria-hidden="true">
          ${lines.map((_, at) => lineNumber(at + 1, marked.has(at + 1)))}
        </div>
        <textarea
          class="mono editor-text"
          id=${FIELD}
          rows="24"
          wrap="off"
          spellcheck="false"
          autocomplete="off"
          autocapitalize="off"
          aria-invalid=${faults.length > 0 ? "true" : "false"}
          aria-describedby="policy-faults"
          .value=${live(text)}
          @input=${(event) => onText(event.target.value)}
          @keydown=${(event) => event.key === "Enter" && (event.ctrlKey || event.metaKey) && onTry()}
          @scroll=${scrollLines}
        ></textarea>
      </div>
    </div>
  `;
}

function lineNumber(number, isMarked) {
  return html`<div class=${isMarked ? "editor-line marked" : "editor-line"}>${isMarked ? html`<span class="editor-mark"></span>` : nothing}<span class="editor-number">${number}</span></div>`;
}

function scrollLines() {
  const field = document.getElementById(FIELD);
  const lines = document.getElementById(LINES);
  if (field && lines) lines.scrollTop = field.scrollTop;
}

/**
 * Moves the caret to a place, and the place into view.
 * @param {number} line from 1
 * @param {number} column from 1, in characters, as the check counts them
 */
export function goToLine(line, column) {
  const field = document.getElementById(FIELD);
  if (!field) return;
  const { start, end } = lineRange(field.value, line);
  // A character beyond U+FFFF counts as two in a text field.
  const before = [...field.value.slice(start, end)].slice(0, column - 1).join("");
  select(field, start + before.length, end, line);
  field.scrollIntoView({ block: "nearest" });
}

/**
 * Moves the caret to what a JSON pointer names, or to the nearest thing around it.
 * @param {string} pointer
 */
export function goTo(pointer) {
  // After the link's own jump to the section, which would take the focus away again.
  setTimeout(() => {
    const field = document.getElementById(FIELD);
    if (!field) return;
    const offset = offsetOf(field.value, pointer);
    const line = lineOf(field.value, offset);
    select(field, offset, lineRange(field.value, line).end, line);
    field.scrollIntoView({ block: "center" });
  });
}

function select(field, from, to, line) {
  field.focus({ preventScroll: true });
  field.setSelectionRange(from, to);
  const height = Number.parseFloat(getComputedStyle(field).lineHeight);
  field.scrollTop = Math.max(0, (line - 1) * height - field.clientHeight / 2);
  field.scrollLeft = 0;
}
