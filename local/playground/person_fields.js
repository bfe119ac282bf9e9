// The tenant and the groups of a person for whom a token is made.
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

/** No tenant has this name; it stands for one that is typed. */
const OTHER = "\n";

/**
 * The tenant: one that the policy lists, or any other name.
 * @param {string} id
 * @param {{ name: string }[]} tenants those that the policy lists
 * @param {{ tenant: string, isOther: boolean }} person while a name is typed it may become that of a listed tenant, and the field
 *   must not go away: so `isOther` says that one is typed
 * @param {(patch: { tenant: string, isOther: boolean }) => void} onChoice
 * @param {(tenant: string) => void} onText
 */
export function tenantField(id, tenants, person, onChoice, onText) {
  const isListed = tenants.some(({ name }) => name === person.tenant) && !person.isOther;
  const choose = ({ target }) => {
    const isOther = target.value === OTHER;
    onChoice({ tenant: isOther ? "" : target.value, isOther });
  };
  return html`
    <div class="field">
      <label for=${id}>Tenant</label>
      <select id=${id} @change=${choose}>
        ${tenants.map(({ name }) => html`<option value=${name} .selected=${isListed && name === person.tenant}>${name}</option>`)}
        <option value=${OTHER} .selected=${!isListed}>another tenant …</option>
      </select>
      ${
        isListed
          ? nothing
          : html`<input aria-label="Name of the other tenant" placeholder="its name" autocomplete="off" spellcheck="false"
              .value=${live(person.tenant)} @input=${({ target }) => onText(target.value)}>`
      }
    </div>`;
}

/**
 * The groups: those that the policy names, those that are chosen although it names them no more, and any others.
 * @param {string[]} named
 * @param {{ groups: string[], moreGroups: string }} person
 * @param {(patch: { groups: string[] } | { moreGroups: string }) => void} onChange
 */
export function groupsField(named, { groups, moreGroups }, onChange) {
  const chip = (name) => {
    const change = ({ target }) => {
      const others = groups.filter((each) => each !== name);
      onChange({ groups: target.checked ? [...others, name] : others });
    };
    return html`<label class="chip"><input type="checkbox" .checked=${live(groups.includes(name))} @change=${change}>${name}</label>`;
  };
  return html`
    <fieldset class="field groups">
      <legend class="label">Groups</legend>
      <div class="row">
        ${[...new Set([...named, ...groups])].map(chip)}
        <input class="more-groups" aria-label="Other groups" placeholder="others" autocomplete="off" spellcheck="false"
          .value=${live(moreGroups)} @input=${({ target }) => onChange({ moreGroups: target.value })}>
      </div>
    </fieldset>`;
}
