// What became of the last thing that was done in a section, shown there and read out by screen readers.
import { state, update } from "./store.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * Does something for a section and says there what became of it.
 * @template T
 * @param {string} section the section's id
 * @param {() => Promise<T>} action throws what a person should read
 * @param {string} success what a person should read when it is done
 * @returns {Promise<T | undefined>} undefined where it was not done
 */
export async function perform(section, action, success) {
  try {
    const result = await action();
    say(section, success);
    return result;
  } catch (error) {
    say(section, error.message, true);
    return undefined;
  }
}

/**
 * Says something in a section.
 * @param {string} section
 * @param {string} text
 */
export function say(section, text, isError = false) {
  update({ notices: { ...state.notices, [section]: { text, isError } } });
}

/**
 * The place where a section says it. It is on the page before there is anything to say, else screen readers miss the first time.
 * @param {string} section
 */
export function notice(section) {
  const said = state.notices?.[section];
  return html`<div class="said" role="status">${said?.text ? saidText(said) : nothing}</div>`;
}

function saidText({ text, isError }) {
  return html`<p class="notice ${isError ? "bad" : "good"}">${isError ? "Not done: " : nothing}${text}</p>`;
}
