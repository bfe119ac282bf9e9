// The section Policy: the document that serves, to be changed and tried without being saved.
import { copyButton } from "./copy_button.js";
import { notice } from "./notices.js";
import {
  changeText,
  isChanged,
  loadPolicy,
  restoreText,
  returnToFile,
  showFile,
  tryText,
  undoChanges,
} from "./policy_document.js";
import { editor, goToLine } from "./policy_editor.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "policy";
export const title = "Policy";
export const lead = "Which tenant’s meetings are like what, and who may do what.";

/** The section's content. */
export function view(state) {
  const { editing } = state;
  if (!editing.served) return editing.error ? failure(editing.error) : nothing;
  return html`
    <div class="card stack">
      <p class="prose">
        Change a rule and press <b>Try it</b>: from then on the gateway serves by your text, also in the sections above. The file
        stays as it is; to keep your text, copy it into the file, which is read again when it changes.
      </p>
      ${serving(editing)}
      ${fileFaults(state.policy, editing)}
      ${editor(editing, changeText, tryText)}
      ${checked(editing)}
      <div class="row">
        <button class="button primary" type="button" @click=${tryText}>Try it</button>
        <button class="button" type="button" aria-disabled=${!isChanged(editing)} @click=${undoChanges}>Undo my changes</button>
        <button class="button" type="button" aria-disabled=${!isChanged(editing) && !editing.served.is_trial} @click=${returnToFile}>
          Back to the file
        </button>
        ${copyButton("policy", editing.text, { label: "Copy the text" })}
        ${editing.discarded === null ? nothing : html`<button class="button quiet" type="button" @click=${restoreText}>Bring my text back</button>`}
      </div>
      ${notice(id)}
      ${rights(editing)}
    </div>
  `;
}

function failure(error) {
  return html`<p class="notice bad">${error} <button class="button small" type="button" @click=${loadPolicy}>Try again</button></p>`;
}

function serving(editing) {
  const { served } = editing;
  return html`
    <p class="row" role="status">
      ${
        served.is_trial
          ? html`<span class="badge warn">trial</span> Your text serves. <code>${served.file}</code> is unchanged.`
          : html`<span class="badge ok">file</span> <code>${served.file}</code> serves.`
      }
      ${isChanged(editing) ? html`<span class="badge accent">not tried yet</span>` : nothing}
    </p>
  `;
}

/** Faults of the file on disk, which keep it from serving. */
function fileFaults(policy, editing) {
  const faults = policy?.faults ?? [];
  if (faults.length === 0 || editing.served.is_trial) return nothing;
  return html`
    <div class="notice bad">
      The file has changed and has faults, so the document before it goes on serving:
      <ul>${faults.map(({ pointer, detail, line }) => html`<li>${line ? `Line ${line}: ` : nothing}<code>${pointer}</code> ${detail}</li>`)}</ul>
      ${editing.text === editing.served.saved ? nothing : html`<button class="button small" type="button" @click=${showFile}>Show the file’s text</button>`}
    </div>
  `;
}

/** What the check of the text has found. It is what the field is described by. */
function checked({ faults, isChecking }) {
  return html`
    <div class="stack" id="policy-faults">
      <p class="row" role="status">
        ${faults.length === 0 ? html`<span class="badge ok">no faults</span>` : html`<span class="badge bad">${faults.length === 1 ? "1 fault" : `${faults.length} faults`}</span>`}
        ${isChecking ? html`<span class="muted small" aria-hidden="true">checking…</span>` : nothing}
      </p>
      ${
        faults.length === 0
          ? nothing
          : html`<ol class="entries">
              ${faults.map(fault)}
            </ol>`
      }
    </div>
  `;
}

function fault({ pointer, detail, line, column }) {
  const place = line ? `Line ${line}, column ${column}` : "In the document";
  return html`
    <li class="entry policy-fault">
      ${line ? html`<button class="button small" type="button" @click=${() => goToLine(line, column)}>${place}</button>` : html`<b>${place}</b>`}
      <span class="entry-text finding">${pointer && pointer !== "#" ? html`<code>${pointer}</code> ` : nothing}${detail}</span>
    </li>
  `;
}

function rights({ given }) {
  if (!given?.rights) return nothing;
  const limits = (given.limits ?? []).filter(({ value }) => value !== null);
  return html`
    <details>
      <summary>Who may do what by this text</summary>
      <div class="wide" tabindex="0" role="group" aria-label="Who may do what">
        <table>
          <thead><tr><th scope="col">Right</th><th scope="col">Who has it</th><th scope="col">In the tenants</th></tr></thead>
          <tbody>
            ${given.rights.map(
              ({ right, holders, tenants }) =>
                html`<tr><th scope="row">${right}</th><td>${holders}</td><td>${tenants.join(", ")}</td></tr>`,
            )}
            ${limits.map(
              ({ limit, value, tenants }) =>
                html`<tr><th scope="row">${limit}</th><td>at most ${value}</td><td>${tenants.join(", ")}</td></tr>`,
            )}
          </tbody>
        </table>
      </div>
    </details>
  `;
}
