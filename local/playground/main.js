// Starts the page: the frame around the sections, the theme, and the connection to the server.
import { firstBodies } from "./request.js";
import { sections } from "./sections.js";
import { listen, server } from "./server.js";
import { onChange, state, update } from "./store.js";
import { startThemeSwitch } from "./theme_switch.js";
import { html, nothing, render } from "./vendor/lit-html.js";
import { firstPerson } from "./who.js";

function main() {
  startThemeSwitch();
  onChange(renderPage);
  renderPage();
  listen();
  load();
  onChange(loadAfterReconnect);
}

let wasConnected = false;

/** A gateway that was started again may have other options. */
function loadAfterReconnect() {
  if (state.connected && !wasConnected && state.local) load();
  wasConnected = state.connected;
}

async function load() {
  try {
    const [local, openapi] = await Promise.all([server.state(), server.openapi()]);
    const { who, request } = state;
    update({
      local,
      openapi,
      localError: null,
      who: who.tenant ? who : firstPerson(local, who),
      request: { ...request, bodies: { ...firstBodies(openapi), ...request.bodies } },
    });
  } catch (error) {
    update({ localError: error.message });
    setTimeout(load, 2000);
  }
}

function renderPage() {
  const main = document.getElementById("main");
  const nav = document.getElementById("nav");
  const footer = document.getElementById("footer");
  if (!main || !nav || !footer) return;
  render(sections.map(navLink), nav);
  render(html`<div role="status">${connection(state)}</div>${sections.map((section) => frame(section, state))}`, main);
  render(footerText(state), footer);
  const where = document.getElementById("where");
  // The text in the file is right for the simulator, and for the time until the state has come.
  if (where && state.local && state.local.chime !== "simulator")
    where.textContent = "Here it runs on this machine, but Chime does not";
}

function navLink({ id, title }) {
  return html`<a href=${`#${id}`}>${title}</a>`;
}

/** A section that fails says so in its own place; the others go on. */
function frame({ id, title, lead, view }, state) {
  let content;
  try {
    content = view(state);
  } catch (error) {
    console.error(error);
    content = html`<p class="notice bad">This section failed: ${String(error)}</p>`;
  }
  return html`
    <section class="section" id=${id} aria-labelledby=${`${id}-heading`}>
      <div class="section-head">
        <h2 id=${`${id}-heading`}>${title}</h2>
        ${lead ? html`<p>${lead}</p>` : nothing}
      </div>
      ${content}
    </section>`;
}

/** What concerns the whole page. Its place is there from the beginning, else screen readers miss it. */
function connection({ local, localError, connected }) {
  if (localError) return html`<p class="notice bad">${localError}</p>`;
  if (connected === false) {
    return html`<p class="notice">The connection to the gateway is lost; the page tries again every few seconds.</p>`;
  }
  if (local?.chime === "aws") {
    return html`<p class="notice">Requests go to the real Chime in <code>${local.region}</code>: its meetings cost money until they end.</p>`;
  }
  return nothing;
}

const CHIME = { simulator: "a simulated Chime", aws: "the real Chime, at Chime’s prices" };

function footerText({ local }) {
  if (!local) return nothing;
  const registry = local.registry
    ? "with a registry, so rooms and limits work"
    : "without a registry, so rooms are 404";
  return html`
    <p>This page belongs to <code>local</code>, never to a deployed stack. It calls ${CHIME[local.chime] ?? html`the Chime at <code>${local.chime}</code>`}
      in <code>${local.region}</code>, ${registry}.</p>
    <p><a href="/reference">API reference</a> · <a href="/openapi.yaml">openapi.yaml</a> ·
      <a href="/playground/vendor/LICENSES.txt">Licences of others’ code</a></p>`;
}

main();
