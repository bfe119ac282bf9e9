// The API's reference: shows openapi.yaml in the viewer, and gives the viewer a token, so that its requests are answered.
import { server } from "./server.js";
import { startThemeSwitch } from "./theme_switch.js";

/** The name that openapi.yaml gives the bearer token. */
const SCHEME = "bearer";

/** As whom requests are sent, until somebody puts another token into the viewer. */
const SUBJECT = "ann";

const viewer = document.querySelector("openapi-explorer");
const tenantField = document.getElementById("tenant-field");
const tenantSelect = document.getElementById("tenant");
const tokenStatus = document.getElementById("token-status");

async function main() {
  startThemeSwitch();
  try {
    const [local, description, style] = await Promise.all([server.state(), server.openapi(), viewerStyle()]);
    await customElements.whenDefined("openapi-explorer");
    adopt(viewer.shadowRoot, style);
    viewer.setAttribute("server-url", location.origin);
    await viewer.loadSpec(forViewer(description));
    viewer.addEventListener("request", sendAsWritten);
    await startToken(local);
    mend(viewer.shadowRoot);
  } catch (error) {
    say(`The reference can't be shown: ${error.message}.`, true);
  }
}

/** The page's colours, for the inside of the viewer. */
async function viewerStyle() {
  const answer = await fetch("/playground/viewer.css");
  return new CSSStyleSheet().replace(await answer.text());
}

/** Styles a shadow tree, and those of the elements in it, now and later. */
function adopt(tree, style) {
  tree.adoptedStyleSheets.push(style);
  const known = new WeakSet();
  const adoptInside = () => {
    for (const { shadowRoot } of tree.querySelectorAll("*")) {
      if (!shadowRoot || known.has(shadowRoot)) continue;
      known.add(shadowRoot);
      adopt(shadowRoot, style);
    }
  };
  new MutationObserver(adoptInside).observe(tree, { childList: true, subtree: true });
  adoptInside();
}

/** The description with this gateway as the one server, and with a list of the operations at each path. */
function forViewer(description) {
  const shown = structuredClone(description);
  shown.servers = [{ url: location.origin, description: "The gateway on this machine" }];
  for (const path of Object.values(shown.paths)) {
    for (const method of Object.values(path)) {
      const operations = method["x-operations"];
      if (operations) method.description = `${operationsList(operations)}\n\n${method.description ?? ""}`;
    }
  }
  return shown;
}

/** In Markdown: what the description has in `x-operations`, which no viewer knows. A list, since a table is too wide for a phone. */
function operationsList(operations) {
  const line = ({ name, query, right, success }) =>
    `- **${name}**${query ? ` with \`?operation=${query}\`` : ""}: right ${right}; success ${success}`;
  return operations.map(line).join("\n");
}

/** Has a body sent as it is in the field: the viewer would read it as JSON5 and write it anew, without repeated members. */
function sendAsWritten(event) {
  const [sender] = event.composedPath();
  const written = sender.querySelector(".request-body-param-user-input")?.value;
  if (written) event.detail.request.body = written;
}

/** Lets people choose the tenant that requests are sent for, and puts its token into the viewer. */
async function startToken({ issuer, tenants }) {
  if (!issuer) return say("Tokens come from another issuer: put one in at “Authentication”.");
  if (tenants.length === 0)
    return say("No tenant of the policy lets anybody create a meeting; put a token in at “Authentication”.");
  tenantSelect.replaceChildren(...tenants.map(({ name }) => new Option(name)));
  tenantField.hidden = false;
  tenantSelect.addEventListener("change", () => putToken(tenants));
  viewer.addEventListener("response", ({ detail }) => {
    // An issuer that was started again has other keys.
    if (detail.response?.status === 401 && isOurs(detail.request))
      putToken(tenants, "The token was no longer taken, so send again. ");
  });
  await putToken(tenants);
}

let ownToken = "";

async function putToken(tenants, reason = "") {
  const { name, groups, scopes } = tenants[tenantSelect.selectedIndex];
  try {
    const { token } = await server.token({ tenant: name, subject: SUBJECT, groups, scope: scopes.join(" ") });
    await viewer.setAuthenticationConfiguration(SCHEME, { token });
    ownToken = token;
    // The viewer's curl commands would keep the token from before until something else changes.
    await viewer.updateComplete;
    for (const request of viewer.shadowRoot.querySelectorAll("api-request")) request.computeCurlSyntax();
    const rights = [...groups, ...scopes].join(", ") || "no groups";
    say(`${reason}Requests carry a ${reason ? "new " : ""}token of ${SUBJECT} of ${name} (${rights}).`);
  } catch (error) {
    say(`There is no token: ${error.message}.`, true);
  }
}

/** What the viewer lacks for people who use the keyboard or a screen reader. */
function mend(tree) {
  // The viewer scrolls this part alone, and some of its pages have nothing that takes the focus.
  tree.querySelector("main").tabIndex = 0;
  const nameSelects = () => {
    // All are called "mime type".
    for (const select of tree.querySelectorAll("select[data-pname]")) select.ariaLabel = select.dataset.pname;
  };
  new MutationObserver(nameSelects).observe(tree, { childList: true, subtree: true });
  nameSelects();
}

/** Whether a request of the viewer carried the token that this page has put there, and not one that somebody typed. */
function isOurs(request) {
  return new Headers(request.headers).get("Authorization") === `Bearer ${ownToken}`;
}

function say(text, isBad = false) {
  tokenStatus.textContent = text;
  tokenStatus.classList.toggle("bad", isBad);
}

main();
