// What the tenant's policy has for a member, in a line below its field.
import { policyOf } from "./explanation.js";
import { policyLink } from "./policy_link.js";
import { html, nothing } from "./vendor/lit-html.js";

/**
 * What a member gets that is not sent, as a short text; null where nothing says so.
 * @param {any} report
 * @param {string} pointer
 */
export function unsentValue(report, pointer) {
  if (pointer === "#/ExternalUserId" || /^#\/Attendees\/\d+\/ExternalUserId$/.test(pointer)) {
    return report?.caller?.subject ?? null;
  }
  // What this request would get comes first: the policy's capabilities are not those of a moderator's own attendee.
  const row = report?.members?.find(({ member, from }) => member === pointer && !from.startsWith("caller"));
  const member = policyOf(report, pointer);
  const value = row?.value ?? member?.sent ?? member?.chime_default;
  return value === undefined || value === null ? null : text(value);
}

/**
 * The line below a member's field, or nothing.
 * @param {any} report what `explain` says
 * @param {string} pointer
 */
export function policyHint(report, pointer) {
  const member = policyOf(report, pointer);
  if (!member) return nothing;
  // Who moderates may choose any capabilities, and the policy has none for a moderator's own attendee.
  const isFree =
    /\/Capabilities\//.test(pointer) && report.rights.some(({ right, held }) => right === "Moderate" && held);
  const own = ownValue(member, isFree);
  const bound = isFree ? freedomOf(member) : boundOf(member);
  if (own === nothing && bound === nothing) return nothing;
  return html`<p class="hint">${own} ${bound}</p>`;
}

const MEANING = {
  Fixed: "always sent, whatever is asked for",
  Default: "sent when nothing is asked for",
  ceiling: "the highest that is allowed, sent because silence may not exceed it",
};

function ownValue({ sent, from, pointer, chime_default: chimeDefault }, isFree) {
  // A ceiling sends Chime's default where that is lower.
  const isChimes = from === "ceiling" && JSON.stringify(sent) === JSON.stringify(chimeDefault);
  if (from && pointer && !isChimes) {
    const label = html`<span class=${from === "Fixed" ? "badge accent" : "badge"} title=${MEANING[isFree ? "Default" : from] ?? ""}>${from === "ceiling" ? "Ceiling" : from}</span>`;
    return html`<span>${label} ${policyLink(pointer, text(sent))}</span>`;
  }
  if (chimeDefault === null || chimeDefault === undefined) return nothing;
  return html`<span class="muted">Chime’s default: ${text(chimeDefault)}</span>`;
}

function boundOf({ from, allowed, allowed_pointer: pointer, chime_default: chimeDefault }) {
  if (from === "Fixed") return html`<span class="muted">no other value is allowed</span>`;
  if (allowed === null || allowed === undefined) {
    const nothingElse = from || (chimeDefault !== null && chimeDefault !== undefined);
    return html`<span class="muted">${nothingElse ? "no other value is allowed" : "may not be asked for"}</span>`;
  }
  const said =
    allowed === true ? "any value" : Array.isArray(allowed) ? listed(allowed.map(text)) : `up to ${text(allowed)}`;
  return html`<span class="muted">allowed: ${pointer ? policyLink(pointer, said) : said}</span>`;
}

function freedomOf({ from }) {
  return html`<span class="muted">${from ? "for other people’s attendees; " : ""}moderators may choose any value</span>`;
}

const LISTS = [
  ["Fixed", "always set:"],
  ["Default", "set when not sent:"],
  ["Allowed", "may be sent:"],
];

/** What the policy has for the tags of a meeting. */
export function tagsHint(report) {
  const tags = report?.policy?.tags ?? [];
  const parts = LISTS.map(([list, said]) => [said, tags.filter((tag) => tag.list === list)]).filter(
    ([, found]) => found.length > 0,
  );
  if (parts.length === 0) return nothing;
  return html`<p class="hint">${parts.map(
    ([said, found]) =>
      html`<span class="muted">${said} ${found.map(({ key, pointer }, index) => html`${index > 0 ? ", " : ""}${policyLink(pointer, key)}`)}</span> `,
  )}</p>`;
}

/** The one member of a meeting that no request may have: it is shown among the others, without a field. */
export function tenantIdsRow(report) {
  const ids = report?.policy?.tenant_ids;
  if (!ids) return nothing;
  return html`
    <div class="member">
      <div class="member-name">
        <div><span class="member-label"><code>TenantIds</code></span> <span class="member-type">not a member of the request</span></div>
        <p class="muted small">The tenant’s labels at Chime, which only the policy sets.</p>
      </div>
      <div class="member-value">
        <p class="hint"><span><span class="badge accent">Fixed</span> ${policyLink(ids.pointer, ids.value.join(", "))}</span></p>
      </div>
    </div>`;
}

function listed(names) {
  if (names.length < 2) return names.join("");
  return `${names.slice(0, -1).join(", ")} or ${names.at(-1)}`;
}

function text(value) {
  return typeof value === "string" ? value : JSON.stringify(value);
}
