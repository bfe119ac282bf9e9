// The section Chime's faults: makes coming requests of the gateway to Chime fail.
import { armedText, CHIME_OPERATIONS, KINDS, kindOf } from "./fault_kinds.js";
import { choiceField, numberField } from "./fields.js";
import { counted, isSimulated } from "./meeting_texts.js";
import { notice, perform, say } from "./notices.js";
import { server } from "./server.js";
import { onChange, state as store, update } from "./store.js";
import { live } from "./vendor/directives/live.js";
import { html, nothing } from "./vendor/lit-html.js";

export const id = "faults";
export const title = "Chime’s faults";
export const lead = "Let Chime fail, and see what your callers notice of it.";

const START = { kind: KINDS[0].id, times: "1", operation: "", retryAfter: "1", milliseconds: "3000" };

/** The section's content. */
export function view(state) {
  if (!state.local) return nothing;
  if (!isSimulated(state)) return html`<p class="empty">Only the simulated Chime fails on request.</p>`;
  const draft = { ...START, ...state.faultDraft };
  return html`
    <div class="card stack">
      <p class="prose">
        Choose a fault, then <a href="#request">send a request</a>. <a href="#happened">What happened</a> shows each attempt of the
        gateway at Chime, how long Chime asked to wait (<code>Retry-After</code>), and the answer that your caller got in the end.
      </p>
      ${armed(state.faults ?? [])}
      <form class="stack" @submit=${(event) => arm(event, draft)}>
        <fieldset>
          <legend class="label">What goes wrong</legend>
          <div class="choices">${KINDS.map((kind) => choice(kind, draft))}</div>
        </fieldset>
        ${extent(draft)}
      </form>
      ${notice(id)}
    </div>
  `;
}

function armed(faults) {
  if (faults.length === 0) {
    return html`<p class="row"><span class="badge ok">off</span> Chime answers as it should.</p>`;
  }
  return html`
    <div class="armed row apart">
      <div>
        <p class="row"><span class="badge bad">on</span> <b>Chime fails.</b></p>
        <ul>${faults.map((each) => html`<li>${armedText(each)}</li>`)}</ul>
      </div>
      <button class="button" type="button" @click=${off}>Turn off</button>
    </div>
  `;
}

function choice(kind, draft) {
  return html`
    <label class="choice">
      <input
        type="radio"
        name="fault"
        value=${kind.id}
        aria-describedby="fault-${kind.id}"
        .checked=${live(kind.id === draft.kind)}
        @change=${() => update({ faultDraft: { ...draft, kind: kind.id, operation: kind.operation ?? "" } })}
      />
      <span class="choice-name">${kind.name}</span>
      ${kind.answer ? html`<span class="badge">${kind.answer}</span>` : nothing}
      <span class="choice-text muted small" id="fault-${kind.id}">${kind.learn}</span>
    </label>
  `;
}

function extent(draft) {
  const kind = kindOf(draft.kind);
  const number = (name, label, range) => numberField(`fault-${name}`, label, draft[name], range, set(name));
  const operations = [["", "any"], ...CHIME_OPERATIONS.map((name) => [name, name])];
  return html`
    <div class="fields">
      ${number("times", "How many requests to Chime", { min: 1, max: 100 })}
      ${kind.hasRetryAfter ? number("retryAfter", "Retry-After in seconds (0: none)", { min: 0, max: 300 }) : nothing}
      ${kind.isSlow ? number("milliseconds", "Late by how many milliseconds", { min: 1, max: 60_000 }) : nothing}
      ${choiceField("fault-operation", "Which of Chime’s operations", operations, draft.operation, set("operation"))}
      <button class="button primary">Let Chime fail</button>
    </div>
  `;
}

function set(name) {
  return (value) => update({ faultDraft: { ...START, ...store.faultDraft, [name]: value } });
}

function arm(event, draft) {
  event.preventDefault();
  const fault = { ...kindOf(draft.kind).fault(draft), times: Number(draft.times) };
  if (draft.operation) fault.operation = draft.operation;
  const what = draft.operation ? `${draft.operation} request` : "request to Chime";
  const whom = fault.times === 1 ? `The next ${what} meets it.` : `The next ${counted(fault.times, what)} meet it.`;
  return perform(id, () => server.armFault(fault), `${whom} Now send one.`);
}

let wereArmed = 0;

// What was said when they were armed is no longer so when the last one has struck.
onChange(() => {
  const armed = store.faults?.length ?? 0;
  if (armed === 0 && wereArmed > 0) say(id, "Chime answers again as it should.");
  wereArmed = armed;
});

function off() {
  return perform(id, server.disarmFaults, "Chime answers again as it should.");
}
