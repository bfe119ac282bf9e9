import { html } from "./vendor/lit-html.js";

export const id = "happened";
export const title = "What happened";

export function view(_state) {
  return html`<p class="card">Soon.</p>`;
}
