// Who one of the two people is: the fields that the token is made of.
import { setPerson } from "./room_people.js";
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * The fields of a person, one of `peopleOf`.
 * @param {number} index which of the two
 */
export function personFields(state, person, index) {
  if (state.local.issuer === null) return tokenField(person, index);
  const field = (name) => `person-${index}-${name}`;
  return html`
    <div class="fields">
      ${textField(field("name"), "Name", person.name, (name) => setPerson(index, { name }))}
      ${tenantField(state, person, index, field("tenant"))}
    </div>
    <fieldset>
      <legend class="label">Groups</legend>
      <div class="row">
        ${knownGroups(state, person).map((group) => groupChip(person, index, group))}
        <input
          class="person-groups"
          aria-label="Other groups"
          placeholder="others"
          autocomplete="off"
          spellcheck="false"
          .value=${live(person.moreGroups)}
          @input=${(event) => setPerson(index, { moreGroups: event.target.value })}
        />
      </div>
    </fieldset>
    ${
      // The sample has no rights by scopes, and most policies have none.
      person.needsScope || person.scope !== ""
        ? textField(field("scope"), "Scopes", person.scope, (scope) => setPerson(index, { scope }))
        : nothing
    }
  `;
}

/** The groups that the policy names, and those that are chosen although it names them no more. */
const knownGroups = (state, person) => [...new Set([...state.local.groups, ...person.groups])];

function textField(id, label, value, onText) {
  return html`
    <div class="field">
      <label for=${id}>${label}</label>
      <input id=${id} autocomplete="off" spellcheck="false" .value=${live(value)} @input=${(event) => onText(event.target.value)} />
    </div>
  `;
}

/** No tenant has this name; it stands for one that is typed. */
const OTHER = "\n";

function tenantField(state, person, index, id) {
  const names = state.local.tenants.map(({ name }) => name);
  // While a name is typed it may be that of a listed tenant, and the field must not go away.
  const isListed = names.includes(person.tenant) && !person.isOther;
  const choose = ({ target }) => {
    const isOther = target.value === OTHER;
    setPerson(index, { tenant: isOther ? "" : target.value, isOther, groups: null, scope: null });
  };
  return html`
    <div class="field">
      <label for=${id}>Tenant</label>
      <select id=${id} @change=${choose}>
        ${names.map((name) => html`<option value=${name} .selected=${isListed && name === person.tenant}>${name}</option>`)}
        <option value=${OTHER} .selected=${!isListed}>another tenant …</option>
      </select>
      ${
        isListed
          ? nothing
          : html`<input
              aria-label="Name of the other tenant"
              placeholder="its name"
              autocomplete="off"
              spellcheck="false"
              .value=${live(person.tenant)}
              @input=${(event) => setPerson(index, { tenant: event.target.value })}
            />`
      }
    </div>
  `;
}

function groupChip(person, index, group) {
  const change = (event) => {
    const others = person.groups.filter((each) => each !== group);
    setPerson(index, { groups: event.target.checked ? [...others, group] : others });
  };
  return html`
    <label class="chip">
      <input type="checkbox" .checked=${live(person.groups.includes(group))} @change=${change} />${group}
    </label>
  `;
}

/** Where the page can make no tokens: one that a person brings along. */
function tokenField(person, index) {
  return html`
    <div class="field">
      <label for="person-${index}-token">Token of your issuer</label>
      <textarea
        id="person-${index}-token"
        class="mono"
        rows="3"
        spellcheck="false"
        .value=${live(person.ownToken)}
        @input=${(event) => setPerson(index, { ownToken: event.target.value.trim() })}
      ></textarea>
    </div>
  `;
}
