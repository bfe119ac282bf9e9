import { html } from "./vendor/lit-html.js";

export const id = "request";
export const title = "Request";

export function view(_state) {
  return html`<p class="card">Soon.</p>`;
}
