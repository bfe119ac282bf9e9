// Links from a value to the place in the policy document that it comes from.
import { update } from "./store.js";
import { html } from "./vendor/lit-html.js";

let count = 0;

/**
 * A link to a place in the policy document, which the section Policy shows when `state.policyFocus` changes: `pointer` is the
 * JSON pointer, `count` is another number for each click, so that a second click on the same link counts too.
 * @param {string} pointer such as `#/Tenants/acme/Default/MediaRegion`
 * @param {unknown} content what the link says
 */
export function policyLink(pointer, content) {
  const show = () => {
    count += 1;
    update({ policyFocus: { pointer, count } });
  };
  return html`<a class="policy-link" href="#policy" title=${`${pointer} in the policy`} @click=${show}>${content}</a>`;
}
