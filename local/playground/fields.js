// Fields with their labels, of texts, numbers and choices.
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * A field of one line.
 * @param {string} id
 * @param {string} label
 * @param {string} value
 * @param {(text: string) => void} onText
 * @param {string} [placeholder]
 */
export function textField(id, label, value, onText, placeholder) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} autocomplete="off" spellcheck="false" placeholder=${placeholder ?? nothing} .value=${live(value)}
        @input=${({ target }) => onText(target.value)}>
    </div>`;
}

/**
 * A field that a form wants to be filled with a number.
 * @param {string} value as it was typed
 * @param {{ min: number, max: number }} range
 * @param {(text: string) => void} onText
 */
export function numberField(id, label, value, { min, max }, onText) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} type="number" required min=${min} max=${max} .value=${live(value)} @input=${({ target }) => onText(target.value)}>
    </div>`;
}

/**
 * A field to choose from a list.
 * @param {[value: string, text: string][]} choices
 * @param {(value: string) => void} onChoice
 */
export function choiceField(id, label, choices, chosen, onChoice) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <select id=${id} @change=${({ target }) => onChoice(target.value)}>
        ${choices.map(([value, text]) => html`<option value=${value} .selected=${value === chosen}>${text}</option>`)}
      </select>
    </div>`;
}
