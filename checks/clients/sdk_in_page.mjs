// The SDK in a page of Chromium, which comes from another origin than the gateway: an object with the methods of `SdkClient`.
import { fileURLToPath } from "node:url";

export const PAGE = fileURLToPath(new URL("page", import.meta.url));

/** Opens a page of a site with the SDK; its client has the options of `SdkClient`'s constructor. */
export async function openClient(harness, site, test, options, expectedErrors = []) {
  const { page, preflights } = await harness.open(test, `${site}/sdk.html`, { expectedErrors });
  await page.waitForFunction(() => globalThis.SdkClient);
  const run = (method, ...values) =>
    page.evaluate(
      ([given, name, passed]) => {
        globalThis.client ??= new globalThis.SdkClient(given);
        return globalThis.client[name](...passed);
      },
      [options, method, values],
    );
  return {
    preflights,
    call: (operation, input) => run("call", operation, input),
    refused: (operation, input) => run("refused", operation, input),
    pauses: (operation, input) => run("pauses", operation, input),
    join: (meeting) => run("join", meeting),
  };
}
