// What local/playground/vendor holds: files of npm packages, byte for byte, with their licences and a table of them.
import { createHash } from "node:crypto";
import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Where the files are kept. */
export const VENDOR = fileURLToPath(new URL("../../local/playground/vendor/", import.meta.url));

/** The packages as npm has installed them, in the versions that package-lock.json pins. */
const MODULES = fileURLToPath(new URL("./node_modules/", import.meta.url));

/** Of each package, the files that are kept: the name here, then the name in the package. */
const FILES = {
  "lit-html": {
    "lit-html.js": "lit-html.js",
    "directive.js": "directive.js",
    "directive-helpers.js": "directive-helpers.js",
    "directives/live.js": "directives/live.js",
    "directives/repeat.js": "directives/repeat.js",
  },
  "openapi-explorer": {
    "openapi-explorer.js": "dist/browser/openapi-explorer.min.js",
  },
};

/** The licences of all packages, in one file. */
const LICENSES = "LICENSES.txt";

/** The lines of README.md between which the table is. */
const TABLE = /(?<=<!-- the table that renew\.mjs writes -->\n)[\s\S]*?(?=<!-- end of the table -->)/;

/** What the folder has to hold: each file's path in it, and its content. README.md is as it is but for its table. */
export async function wantedFiles() {
  const wanted = new Map();
  const rows = [];
  for (const [name, files] of Object.entries(FILES)) {
    const { version, license } = await description(join(MODULES, name));
    for (const [path, source] of Object.entries(files)) {
      const content = await readFile(join(MODULES, name, source));
      wanted.set(path, content);
      const sha = createHash("sha256").update(content).digest("hex");
      rows.push(`| \`${path}\` | ${name} ${version} | \`${source}\` | ${license} | \`${sha}\` |\n`);
    }
  }
  wanted.set(LICENSES, Buffer.from(await licenses()));
  const table = `| file | package | file in the package | licence | SHA-256 |\n|---|---|---|---|---|\n${rows.join("")}`;
  const readme = await readFile(join(VENDOR, "README.md"), "utf8");
  wanted.set("README.md", Buffer.from(readme.replace(TABLE, () => table)));
  return wanted;
}

/** Every installed package: what may have a part in a file that is kept, because a bundle does not say what is in it. */
export async function installedPackages() {
  const lock = JSON.parse(await readFile(join(MODULES, ".package-lock.json"), "utf8"));
  const folders = Object.keys(lock.packages).filter((path) => !path.includes("/@types/"));
  return Promise.all(
    folders.map(async (path) => {
      const folder = join(MODULES, "..", path);
      const { name, version, license } = await description(folder);
      return { name, version, license, text: await licenseText(folder) };
    }),
  );
}

async function description(folder) {
  return JSON.parse(await readFile(join(folder, "package.json"), "utf8"));
}

/** The text of a package's licence; empty where the package has no such file. */
async function licenseText(folder) {
  const names = (await readdir(folder)).filter((name) => /^(licen[cs]e|notice|copying)\b/i.test(name)).sort();
  const texts = await Promise.all(names.map((name) => readFile(join(folder, name), "utf8")));
  return texts.join("\n").replaceAll("\r\n", "\n");
}

/** Every package with its holders of copyright, below each the text of a licence that they share. */
async function licenses() {
  const sections = new Map();
  for (const { name, version, license, text } of await installedPackages()) {
    const lines = text.split("\n");
    const isHolder = (line) => /^\s*Copyright (\([cC]\)|©|\d)/.test(line);
    const holders = lines.filter(isHolder).map((line) => `    ${line.trim()}\n`);
    const terms = lines
      .filter((line) => !isHolder(line))
      .join("\n")
      .trim();
    // The same text has other line breaks in other packages.
    const key = `${license} ${terms.replace(/\s+/g, " ")}`;
    const section = sections.get(key) ?? { packages: [], terms };
    section.packages.push(`${name} ${version} (${license})\n${holders.join("")}`);
    sections.set(key, section);
  }
  const written = [...sections.values()].map(({ packages, terms }) => `${packages.join("")}\n${terms}\n`);
  const intro = "Licences of the packages whose code is in this folder, or may be in a bundle that is.\n";
  return [intro, ...written].join(`\n${"-".repeat(80)}\n\n`);
}
