// Clients of the gateway in a real browser: `local`, pages from another origin, and Chromium.
//
//   const harness = await Harness.start();             // in before(); needs the built `local`
//   const site = await harness.serve(folder);          // `x.html` loads `x.js`, built of `x.mjs` or `x.jsx`
//   test("…", async (t) => {
//     const { page } = await harness.open(t, `${site}/index.html`);
//     await page.getByRole("button", { name: "Join" }).click();
//   });
//   await harness.close();                             // in after()
//
// `open` takes any URL of this machine. Each call has a browser context of its own, so two of them are two people. A test
// fails when a page of it writes an error to the console, throws, or lacks an error that the test expects.
import assert from "node:assert/strict";
import { startChromium } from "./chromium.mjs";
import { LocalGateway } from "./local_gateway.mjs";
import { serveFolder } from "./site.mjs";

/** How long a page may take for one step, in milliseconds. */
const MAX_STEP = 10_000;

export class Harness {
  #browser;
  #sites = [];

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

  /** Serves a folder of pages with their scripts bundled, from an origin of its own, which it returns. */
  async serve(folder) {
    const site = await serveFolder(folder);
    this.#sites.push(site);
    return site.origin;
  }

  /**
   * Opens a page for a test. `expectedErrors` are patterns of console messages: each has to come, and no other error may.
   * `context` has options of Playwright's `newContext`, such as the size of the window.
   * Returns Playwright's page; all that it requests, as it is sent, in Playwright's form; and the CORS preflights:
   * `{ method, path }`, where `method` is that of the request that the preflight asks for.
   */
  async open(test, url, { expectedErrors = [], context: options } = {}) {
    const context = await this.#browser.newContext(options);
    context.setDefaultTimeout(MAX_STEP);
    const page = await context.newPage();
    const errors = collectErrors(page);
    const preflights = await collectPreflights(context, page);
    const requests = [];
    context.on("request", (request) => requests.push(request));
    test.after(async () => {
      // Errors arrive in order: what the page has thrown by now comes before this answer, which a page that hangs does not give.
      await page.waitForFunction(() => true).catch((error) => errors.push(String(error)));
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
    return { page, preflights, requests };
  }

  /** Closes all that was started. */
  async close() {
    await this.#browser.close();
    await Promise.all(this.#sites.map((site) => site.close()));
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
