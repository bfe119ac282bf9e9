// Clients of the gateway in a real browser: `local`, pages from another origin, and Chromium.
//
//   const harness = await Harness.start();             // in before(); needs the built `local`
//   const site = await harness.serve("example");       // bundles and serves a folder; its origin is not the gateway's
//   test("…", async (t) => {
//     const { page } = await harness.open(t, `${site}/index.html`);
//     await page.getByRole("button", { name: "Join" }).click();
//   });
//   await harness.close();                             // in after()
//
// `open` takes any URL of this machine. Each call has a browser context of its own, so two of them are two people. A test
// fails when a page of it writes an error to the console, throws, or lacks an error that the test expects.
import assert from "node:assert/strict";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import * as esbuild from "esbuild";
import { startChromium } from "./chromium.mjs";
import { LocalGateway } from "./local_gateway.mjs";

/** How long a page may take for one step, in milliseconds. */
const MAX_STEP = 10_000;

export class Harness {
  #browser;
  #builds = [];

  constructor(browser, gateway) {
    this.#browser = browser;
    /** The running `local`, a `LocalGateway`. */
    this.gateway = gateway;
  }

  /** Starts Chromium, and `local` with further options of its command line. */
  static async start(...options) {
    const gateway = await LocalGateway.start(...options);
    try {
      return new Harness(await startChromium(), gateway);
    } catch (error) {
      await gateway.stop();
      throw error;
    }
  }

  /** Serves a folder with its scripts bundled: `x.html` loads `x.js`, built of `x.mjs` or `x.jsx`. Returns the origin. */
  async serve(folder) {
    const names = await readdir(folder);
    const pages = names.filter((name) => name.endsWith(".html")).map((name) => name.replace(/\.html$/, ""));
    const scripts = names.filter((name) => pages.some((page) => name === `${page}.mjs` || name === `${page}.jsx`));
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
      logLevel: "warning",
      // Only serves what it builds.
      write: false,
    });
    this.#builds.push(build);
    const { port } = await build.serve({ servedir: folder, host: "127.0.0.1" });
    return `http://127.0.0.1:${port}`;
  }

  /**
   * Opens a page for a test. `expectedErrors` are patterns of console messages: each has to come, and no other error may.
   * Returns Playwright's page, and the CORS preflights as they are sent: `{ method, path }`, where `method` is that of the
   * request that the preflight asks for.
   */
  async open(test, url, { expectedErrors = [] } = {}) {
    const context = await this.#browser.newContext();
    context.setDefaultTimeout(MAX_STEP);
    const page = await context.newPage();
    const errors = collectErrors(page);
    const preflights = await collectPreflights(context, page);
    test.after(async () => {
      await context.close();
      for (const error of errors) {
        assert.ok(
          expectedErrors.some((pattern) => pattern.test(error)),
          `an error on ${url}: ${error}`,
        );
      }
      for (const pattern of expectedErrors) {
        assert.ok(
          errors.some((error) => pattern.test(error)),
          `no error ${pattern} on ${url}`,
        );
      }
    });
    await page.goto(url);
    return { page, preflights };
  }

  /** Closes all that was started. */
  async close() {
    await this.#browser.close();
    await Promise.all(this.#builds.map((build) => build.dispose()));
    await this.gateway.stop();
  }
}

function collectErrors(page) {
  const errors = [];
  page.on("console", (message) => {
    if (message.type() === "error") errors.push(message.text());
  });
  page.on("pageerror", (error) => errors.push(String(error)));
  page.on("crash", () => errors.push("the page crashed"));
  return errors;
}

/** Listens to the browser's own protocol: Playwright does not show preflights, and its `route` would answer them itself. */
async function collectPreflights(context, page) {
  const preflights = [];
  const session = await context.newCDPSession(page);
  await session.send("Network.enable");
  session.on("Network.requestWillBeSent", ({ request }) => {
    if (request.method !== "OPTIONS") return;
    const method = Object.entries(request.headers).find(([name]) => /^access-control-request-method$/i.test(name))?.[1];
    const { pathname, search } = new URL(request.url);
    preflights.push({ method, path: pathname + search });
  });
  return preflights;
}
