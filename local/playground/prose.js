// Texts of the description and of findings, in which names stand between backticks.
import { html } from "./vendor/lit-html.js";

/** @param {string} text */
export function prose(text) {
  return text.split("`").map((part, index) => (index % 2 === 1 ? html`<code>${part}</code>` : part));
}

/** @param {string | undefined} text */
export function firstSentence(text) {
  const whole = (text ?? "").trim();
  const end = whole.search(/\.(\s|$)/);
  return end < 0 ? whole : whole.slice(0, end + 1);
}
