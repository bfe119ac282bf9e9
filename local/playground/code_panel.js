// Beside the form: the body as JSON, to be edited, and the request as code of four kinds of clients.
import { bodyText, isObject, parseBody } from "./body_value.js";
import { copyButton } from "./copy_button.js";
import { changeBodyText, requestOf } from "./request_state.js";
import { jsonOf } from "./snippets/json_text.js";
import { SNIPPETS, snippet } from "./snippets.js";
import { update } from "./store.js";
import { html, nothing } from "./vendor/lit-html.js";

update({ codeTab: "body" });

const TABS = [["body", "Body"], ...SNIPPETS.map(({ id, title }) => [id, title])];

export function codePanel(state, operation) {
  const tabs = operation.body ? TABS : TABS.filter(([id]) => id !== "body");
  const chosen = tabs.some(([id]) => id === state.codeTab) ? state.codeTab : tabs[0][0];
  const choose = (id) => update({ codeTab: id });
  // The arrow keys move between tabs, as in every list of tabs.
  const move = (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const at = tabs.findIndex(([id]) => id === chosen);
    const [next] = tabs[(at + step + tabs.length) % tabs.length];
    choose(next);
    queueMicrotask(() => document.getElementById(`code-tab-${next}`)?.focus());
  };
  return html`
    <div class="tabs" role="tablist" aria-label="The request as text" @keydown=${move}>
      ${tabs.map(
        ([id, title]) => html`<button type="button" role="tab" id=${`code-tab-${id}`} aria-selected=${id === chosen}
          aria-controls="code-panel" tabindex=${id === chosen ? 0 : -1} @click=${() => choose(id)}>${title}</button>`,
      )}
    </div>
    <div class="code-panel stack" role="tabpanel" id="code-panel" aria-labelledby=${`code-tab-${chosen}`}>
      ${chosen === "body" ? bodyEditor(state, operation) : snippetView(state, chosen)}
    </div>`;
}

function bodyEditor(state, operation) {
  const text = state.request.bodies[operation.name] ?? "";
  const { value, error } = parseBody(text);
  const format = () => changeBodyText(operation.name, bodyText(value));
  return html`
    <textarea class="mono body-text" aria-label="Body as JSON" spellcheck="false" autocomplete="off" aria-describedby="body-about"
      aria-invalid=${Boolean(error)} rows=${Math.min(Math.max(text.split("\n").length + 1, 8), 26)} .value=${text}
      @input=${({ target }) => changeBodyText(operation.name, target.value)}></textarea>
    <div class="row apart">
      <p class=${error ? "finding" : "muted small"} id="body-about">${
        error
          ? `Not JSON: ${error}`
          : text.trim() === ""
            ? "No body is sent."
            : isObject(value) && jsonOf(text) === undefined
              ? "A change in the form writes this text anew: repeated members, numbers such as 1.0 and escapes would be lost."
              : "The form and this text are the same body; change either."
      }</p>
      ${value === undefined ? nothing : html`<button class="button small quiet" type="button" @click=${format}>Format</button>`}
    </div>`;
}

function snippetView(state, kind) {
  const request = requestOf(state);
  if (!request) return nothing;
  const { code, note } = snippet(kind, { state, request });
  return html`
    <pre class="code" tabindex="0" role="group" aria-label=${`The request as ${kind}`}>${code}</pre>
    <div class="row apart">
      <p class="muted small">${note}</p>
      ${copyButton(`code-${kind}`, code, { look: "small" })}
    </div>`;
}
