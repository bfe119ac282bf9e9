// Serves the example pages to a browser of yours; `cargo run -p local` is what they call.
import { fileURLToPath } from "node:url";
import { serveFolder } from "./browser/site.mjs";

const port = Number(process.argv[2] ?? 5173);
const { origin } = await serveFolder(fileURLToPath(new URL("example", import.meta.url)), port);
console.log(`${origin}/index.html`);
