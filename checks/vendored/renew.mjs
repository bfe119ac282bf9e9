// Writes local/playground/vendor anew from the installed packages: after a change of their versions.
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { VENDOR, wantedFiles } from "./vendored.mjs";

for (const [path, content] of await wantedFiles()) {
  await mkdir(dirname(join(VENDOR, path)), { recursive: true });
  await writeFile(join(VENDOR, path), content);
}
