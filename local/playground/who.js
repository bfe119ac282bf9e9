// The section Who: the person in whose name requests are sent, and the token that says so.
import { copyButton } from "./copy_button.js";
import { textField } from "./fields.js";
import { timeOfDay } from "./meeting_texts.js";
import { groupsField, tenantField } from "./person_fields.js";
import { policyLink } from "./policy_link.js";
import { changeRequest } from "./request_state.js";
import { update } from "./store.js";
import { takeToken } from "./token.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "who";
export const title = "Who";
export const lead = "The token says who asks, and for which tenant. Change it, and see the rights change.";

export function view(state) {
  const { local, token } = state;
  if (!local) return html`<p class="card muted">Asking the gateway …</p>`;
  return html`
    <div class="card stack">
      ${local.issuer ? person(state) : ownToken(state)}
      ${token?.error ? html`<p class="finding" role="alert">${token.error}</p>` : nothing}
      ${rights(state)} ${tokenDetails(state)}
    </div>`;
}

/** The person that the page starts as: the first tenant's, with the groups and scopes that may create a meeting. */
export function firstPerson(local, who) {
  const [tenant] = local.tenants;
  return tenant ? { ...who, tenant: tenant.name, ...creatorOf(tenant) } : who;
}

/** What somebody has who may create meetings in a tenant. */
const creatorOf = ({ groups, scopes }) => ({ groups, scope: scopes.join(" ") });

function change(state, patch) {
  update({ who: { ...state.who, ...patch } });
}

function person(state) {
  const { who, local } = state;
  const chooseTenant = (chosen) => {
    const listed = local.tenants.find(({ name }) => name === chosen.tenant);
    change(state, listed ? { ...chosen, ...creatorOf(listed) } : chosen);
  };
  return html`
    <div class="who-fields">
      ${tenantField("who-tenant", local.tenants, who, chooseTenant, (tenant) => change(state, { tenant }))}
      ${textField("who-subject", "Person", who.subject, (subject) => change(state, { subject }))}
      ${groupsField(local.groups, who, (patch) => change(state, patch))}
      ${textField("who-scope", "Scopes", who.scope, (scope) => change(state, { scope }), "none")}
    </div>`;
}

function ownToken({ token }) {
  return html`
    <div class="field">
      <label for="who-token">Token</label>
      <textarea id="who-token" class="mono" rows="3" spellcheck="false" autocomplete="off" aria-describedby="who-token-about"
        .value=${token?.text ?? ""} @input=${({ target }) => takeToken(target.value)}></textarea>
      <p class="muted small" id="who-token-about">This gateway takes the tokens of your own identity provider, so paste one of its tokens here.</p>
    </div>`;
}

const CHECK = "M2.5 6.5 5 9l4.5-6";
const CROSS = "M3 3l6 6M9 3l-6 6";

/** Who has each right, as the policy has it for this person. */
function rights({ explanation, token }) {
  const report = explanation?.report;
  if (explanation?.error && token?.text) return html`<p class="finding">${explanation.error}</p>`;
  if (!report) return nothing;
  if (report.tenant.admitted === false) {
    return html`<p class="finding">The policy knows no tenant <code>${report.tenant.name}</code>: every request is refused.</p>`;
  }
  return html`
    <div class="row">
      <span class="visually-hidden" role="status">${rightsText(report)}</span>
      <span class="muted small">${report.caller.subject} may</span>
      <ul class="row rights" aria-label="Rights">
        ${report.rights.map(
          ({ right, held, holders, pointer }) => html`
          <li class=${held ? "badge ok" : "badge"} title=${`${right} is the right of ${holders}`}>
            <svg viewBox="0 0 12 12" role="img" aria-label=${held ? "yes:" : "no:"}><path d=${held ? CHECK : CROSS} /></svg>
            ${pointer ? policyLink(pointer, right) : right}
          </li>`,
        )}
      </ul>
    </div>`;
}

/** What screen readers say when the rights change: it is the same text for another person with the same rights. */
function rightsText({ rights }) {
  const held = rights.filter((right) => right.held).map(({ right }) => right);
  return `Rights: ${held.join(", ") || "none"}`;
}

function tokenDetails(state) {
  const { token } = state;
  if (!token?.text) return nothing;
  const { header, claims } = token;
  return html`
    <details>
      <summary>The token, decoded${claims?.exp ? html` <span class="muted">· expires ${when(claims.exp)}</span>` : nothing}</summary>
      <div class="token-parts">
        ${decodedPart("Header", header)} ${decodedPart("Claims", claims)}
        <div class="stack">
          <div class="row apart"><h3>Encoded</h3>${copyButton("token", token.text, { label: "Copy token", look: "small quiet" })}</div>
          <pre class="code wrap" tabindex="0" role="group" aria-label="The token as it is sent">${token.text}</pre>
          <p class="muted small">Signed by ${claims?.iss ?? "its issuer"}. Whoever holds it can act as this person until it expires${claims?.exp ? html`, at ${timeOfDay(claims.exp * 1000)}` : nothing}.</p>
        </div>
      </div>
      ${tokenUse(state)}
    </details>`;
}

function decodedPart(title, value) {
  if (!value) return nothing;
  return html`<div class="stack"><h3>${title}</h3><pre class="code wrap" tabindex="0" role="group" aria-label=${`${title} of the token`}>${JSON.stringify(value, null, 2)}</pre></div>`;
}

const USES = [
  ["valid", "as it is"],
  ["none", "not at all"],
  ["damaged", "with another signature"],
];

/** A choice of what is sent of the token, to see what a request without a valid one gets. */
function tokenUse({ request }) {
  const chosen = request?.tokenUse ?? "valid";
  return html`
    <fieldset class="token-use row">
      <legend class="label">Send the token</legend>
      ${USES.map(
        ([use, said]) => html`<label class="chip"><input type="radio" name="token-use" .checked=${use === chosen}
          @change=${() => changeRequest({ tokenUse: use })}>${said}</label>`,
      )}
    </fieldset>`;
}

function when(seconds) {
  const minutes = Math.round((seconds * 1000 - Date.now()) / 60_000);
  if (minutes < 0) return "already";
  const hours = Math.floor(minutes / 60);
  return hours > 0 ? `in ${hours} h ${minutes % 60} min` : `in ${minutes} min`;
}
