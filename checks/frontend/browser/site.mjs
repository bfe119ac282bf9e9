// Bundles the scripts of a folder of pages and serves the folder on this machine.
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";

/**
 * `x.html` loads `x.js`, which is built of `x.mjs` or `x.jsx` at each request. Without a port, any free one is taken.
 * Returns the site's origin and `close`.
 */
export async function serveFolder(folder, port) {
  const names = await readdir(folder);
  const scripts = names.filter((name) => /\.(mjs|jsx)$/.test(name) && names.includes(name.replace(/\.\w+$/, ".html")));
  const build = await esbuild.context({
    entryPoints: scripts.map((name) => join(folder, name)),
    bundle: true,
    format: "esm",
    jsx: "automatic",
    // Otherwise esbuild takes the builds for Node of the AWS SDK's packages, which amazon-chime-sdk-js requires.
    mainFields: ["browser", "module", "main"],
    // amazon-chime-sdk-js uses the name that Node has for it.
    define: { global: "globalThis" },
    outdir: folder,
    // Only serves what it builds.
    write: false,
    logLevel: "warning",
  });
  const server = await build.serve({ servedir: folder, host: "127.0.0.1", port });
  return { origin: `http://127.0.0.1:${server.port}`, close: () => build.dispose() };
}
