import { html } from "./vendor/lit-html.js";

export const id = "who";
export const title = "Who";

export function view(_state) {
  return html`<p class="card">Soon.</p>`;
}
