// The log line that the function wrote for a request.
import { html } from "./vendor/lit-html.js";

/** Members that only CloudWatch reads. */
const OF_METRICS = ["_aws", "Requests"];

/** @param {any} line the log line as JSON */
export function logLine(line) {
  const pairs = Object.entries(line).filter(([name]) => !OF_METRICS.includes(name));
  return html`
    <section class="card log-line stack" aria-labelledby="log-line-heading">
      <div class="row apart"><h3 id="log-line-heading">Log line</h3>
        <p class="muted small">What the operator finds under the request’s id: no payloads, and no names of people.</p></div>
      <dl class="log-pairs">${pairs.map(
        ([name, value]) =>
          html`<div><dt>${name}</dt><dd>${typeof value === "string" ? value : JSON.stringify(value)}</dd></div>`,
      )}</dl>
      <details><summary>As JSON, with its metrics</summary><pre class="code wrap" tabindex="0" role="group" aria-label="The log line as JSON">${JSON.stringify(line, null, 2)}</pre></details>
    </section>`;
}
