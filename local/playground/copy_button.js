// A button that copies a text, and for a moment says what became of that.
import { copy } from "./clipboard.js";
import { state, update } from "./store.js";
import { html } from "./vendor/lit-html.js";

update({
  /** The name of the button that was pressed last and what it says of it, `{ name, said }`; null after a moment. */
  copied: null,
});

/** How long the button says it, in milliseconds. */
const SHOWN_FOR = 2000;

let timer;

/**
 * @param {string} name another one for each button
 * @param {string} text what is copied
 * @param {{ label?: string, look?: string }} options `label` is what the button says, `look` its further classes
 */
export function copyButton(name, text, { label = "Copy", look = "" } = {}) {
  const press = async () => {
    update({ copied: { name, said: (await copy(text)) ? "Copied" : "Could not copy" } });
    clearTimeout(timer);
    timer = setTimeout(() => update({ copied: null }), SHOWN_FOR);
  };
  const { copied } = state;
  return html`<button class=${`button ${look}`} type="button" @click=${press}>${copied?.name === name ? copied.said : label}</button>`;
}
