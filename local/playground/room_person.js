// Who one of the two people is: the fields that the token is made of.
import { textField } from "./fields.js";
import { groupsField, tenantField } from "./person_fields.js";
import { setPerson } from "./room_people.js";
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * The fields of a person, one of `peopleOf`.
 * @param {number} index which of the two
 */
export function personFields(state, person, index) {
  if (state.local.issuer === null) return tokenField(person, index);
  const { tenants, groups } = state.local;
  const field = (name) => `person-${index}-${name}`;
  const chooseTenant = (chosen) => setPerson(index, { ...chosen, groups: null, scope: null });
  return html`
    <div class="fields">
      ${textField(field("name"), "Name", person.name, (name) => setPerson(index, { name }))}
      ${tenantField(field("tenant"), tenants, person, chooseTenant, (tenant) => setPerson(index, { tenant }))}
    </div>
    ${groupsField(groups, person, (patch) => setPerson(index, patch))}
    ${
      // The sample has no rights by scopes, and most policies have none.
      person.needsScope || person.scope !== ""
        ? textField(field("scope"), "Scopes", person.scope, (scope) => setPerson(index, { scope }))
        : nothing
    }
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
