// The request as JavaScript that any browser and Node.js run without a library.
import { javascriptLiteral } from "./json_text.js";

/** @param {import("../snippets.js").Call} call */
export function fetchSnippet(call) {
  const note =
    "In Node.js as a module (.mjs), or in a page of your own on this machine; this page may call its own server alone.";
  return { code: `${tokenLines(call)}\n${fetchLines(call)}`, note };
}

/** The lines that get the token. */
export function tokenLines({ tokenUrl, token }) {
  if (!tokenUrl) return `const token = ${JSON.stringify(token)};\n`;
  return `// With a deployed stack this is the token that your user has.
const token = await (await fetch(${JSON.stringify(tokenUrl)})).text();
`;
}

/** The lines that send the request and print the answer. */
export function fetchLines({ operation, url, headers, body, json }) {
  const sent = [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: it is a template of the snippet
    ["Authorization", "`Bearer ${token}`"],
    ...Object.entries(headers).map(([name, value]) => [name, JSON.stringify(value)]),
  ];
  const written = sent.map(([name, value]) => `${/^\w+$/.test(name) ? name : JSON.stringify(name)}: ${value}`);
  const options = [];
  if (operation.method !== "GET") options.push(`method: ${JSON.stringify(operation.method)},`);
  options.push(
    written.length === 1 ? `headers: { ${written[0]} },` : `headers: {\n    ${written.join(",\n    ")},\n  },`,
  );
  if (body !== null) {
    options.push(
      json === undefined ? `body: ${JSON.stringify(body)},` : `body: JSON.stringify(${javascriptLiteral(json, "  ")}),`,
    );
  }
  return `const answer = await fetch(${JSON.stringify(url)}, {
  ${options.join("\n  ")}
});
console.log(answer.status, await answer.text());
`;
}
