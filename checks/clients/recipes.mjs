// The recipes of docs/clients.md: the block of code below each heading.
import { readFileSync } from "node:fs";

const PAGE = readFileSync(new URL("../../docs/clients.md", import.meta.url), "utf8");

/** The code of the one block below a heading. */
export function recipe(heading) {
  const [, rest] = PAGE.split(`\n## ${heading}\n`);
  if (!rest) throw new Error(`docs/clients.md has no heading ${heading}`);
  const [section] = rest.split(/^## /m);
  const blocks = [...section.matchAll(/^```js\n(.*?)^```$/gms)].map(([, code]) => code);
  if (blocks.length !== 1) throw new Error(`${heading} has ${blocks.length} blocks of JavaScript`);
  return blocks[0];
}
