// The request as a command of a shell.

/** @param {import("../snippets.js").Call} call */
export function curlSnippet({ operation, url, headers, body, tokenUrl, token }) {
  const lines = [];
  if (operation.method !== "GET") lines.push(`-X ${operation.method}`);
  lines.push(quoted(url));
  lines.push(`-H "Authorization: Bearer $TOKEN"`);
  for (const [name, value] of Object.entries(headers)) lines.push(`-H ${quoted(`${name}: ${value}`)}`);
  // Not `-d`, which would read a file where the body begins with @.
  if (body !== null) lines.push(`--data-raw ${quoted(body)}`);
  const first = lines[0].startsWith("-X") ? `${lines.shift()} ${lines.shift()}` : lines.shift();
  const command = [`curl -i ${first}`, ...lines].join(" \\\n  ");
  const tokenLine = tokenUrl ? `TOKEN=$(curl -s ${quoted(tokenUrl)})` : `TOKEN=${quoted(token)}`;
  return {
    code: `${tokenLine}\n${command}\n`,
    note: "For any shell. With a deployed stack TOKEN is your user’s token.",
  };
}

/** A text in the quotes of a shell, within which nothing is special but the quote itself. */
function quoted(text) {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
