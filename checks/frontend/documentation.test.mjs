// The code in docs/frontends.md is that of the example, which the other tests run.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";

const EXAMPLE = new URL("example/", import.meta.url);
const PAGE = readFileSync(new URL("../../docs/frontends.md", import.meta.url), "utf8");
const SCRIPTS = readdirSync(EXAMPLE).filter((name) => /\.(mjs|jsx)$/.test(name));
const SOURCES = SCRIPTS.map((name) => readFileSync(new URL(name, EXAMPLE), "utf8"));

test("each block of code in docs/frontends.md stands in a file of the example", () => {
  const blocks = [...PAGE.matchAll(/^```jsx?\n(.*?)^```$/gms)].map(([, code]) => code);
  assert.ok(blocks.length >= 6);
  for (const block of blocks) {
    // A part of the page may leave out methods between two others, at an empty line.
    for (const part of block.split("\n\n"))
      assert.ok(SOURCES.some(holds(part)), `no file of the example has:\n${part}`);
  }
});

test("a changed line and a line that is left out are noticed", () => {
  const code = "  a();\n  b();\n  c();\n";
  assert.ok(holds("a();\nb();")(code));
  assert.ok(!holds("a();\nb(1);")(code));
  assert.ok(!holds("a();\nc();")(code));
});

/** Whether a source has these lines in a row, indented further or not. */
function holds(part) {
  const lines = part.trimEnd().split("\n");
  return (source) =>
    ["", "  ", "    ", "      "].some((indent) => {
      const text = lines.map((line) => (line ? indent + line : line)).join("\n");
      return `\n${source}`.includes(`\n${text}\n`);
    });
}
