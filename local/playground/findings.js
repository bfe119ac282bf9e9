// What an answer of the gateway finds wrong in a request.
import { parseBody } from "./body_value.js";
import { prose } from "./prose.js";
import { html } from "./vendor/lit-html.js";

/**
 * The entries of `errors` of a problem: `{ pointer | header | parameter, detail }`.
 * @param {{ status: number, text: string } | null} answer
 */
export function findingsOf(answer) {
  if (!answer || answer.status < 400) return [];
  const errors = parseBody(answer.text).value?.errors;
  return Array.isArray(errors) ? errors : [];
}

/** Where a finding is: a JSON pointer into the body, or the name of a header or of a parameter. */
export function placeOf({ pointer, header, parameter }) {
  return pointer ?? header ?? parameter ?? "";
}

/** A finding at its field. @param {string} detail */
export function findingText(detail) {
  return html`<p class="finding">${prose(detail)}</p>`;
}

/** Findings with their places, away from the fields. */
export function findingList(findings) {
  return html`<ul class="findings">${findings.map(
    (each) => html`<li class="finding"><code>${placeOf(each)}</code> ${prose(each.detail)}</li>`,
  )}</ul>`;
}
