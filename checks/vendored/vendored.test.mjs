// What the page loads is what the packages' authors published, and says whose it is.
import assert from "node:assert/strict";
import { readdir, readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { test } from "node:test";
import { installedPackages, VENDOR, wantedFiles } from "./vendored.mjs";

const RENEW = "run `npm ci && npm run renew` in checks/vendored";

test("each file of others is the one of its package", async () => {
  for (const [path, wanted] of await wantedFiles()) {
    const kept = await readFile(join(VENDOR, path));
    assert.ok(kept.equals(wanted), `local/playground/vendor/${path} differs from what its package has: ${RENEW}`);
  }
});

test("the folder has no file that is of no package", async () => {
  const wanted = [...(await wantedFiles()).keys()].sort();
  const entries = await readdir(VENDOR, { recursive: true, withFileTypes: true });
  const kept = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(VENDOR, join(entry.parentPath, entry.name)));
  assert.deepEqual(kept.sort(), wanted);
});

test("each version is named exactly, so that a check today and one next year compare the same", async () => {
  const { dependencies } = JSON.parse(await readFile(new URL("package.json", import.meta.url), "utf8"));
  for (const [name, version] of Object.entries(dependencies)) assert.match(version, /^\d+\.\d+\.\d+$/, name);
});

// Licences beyond those of deny.toml, and why they may be in a program that is given away.
const FURTHER_LICENCES = {
  "Python-2.0": "argparse, a port of Python's; asks for its notice",
  "PSF-2.0": "the same, later",
};

test("every licence is one that the repository takes", async () => {
  const deny = await readFile(new URL("../../deny.toml", import.meta.url), "utf8");
  const allowed = [...deny.match(/^allow = \[(.*)\]$/m)[1].matchAll(/"([^"]+)"/g)].map(([, name]) => name);
  for (const { name, license } of await installedPackages()) {
    assert.ok(allowed.includes(license) || license in FURTHER_LICENCES, `${name} has the licence ${license}`);
  }
});

test("every package's licence can be read, or says its terms by its name alone", async () => {
  // Lit's team publishes this one without the file that its other packages have.
  const withoutText = ["@lit-labs/ssr-dom-shim"];
  for (const { name, text } of await installedPackages()) {
    assert.equal(text === "", withoutText.includes(name), `${name}: a text of ${text.length} characters`);
  }
});
