// Runs the code that the page offers to copy, as whoever pastes it would.
import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { button, section } from "./playground.mjs";

const run = promisify(execFile);

const REPOSITORY = fileURLToPath(new URL("../../..", import.meta.url));
/** Where `@aws-sdk/client-chime-sdk-meetings` is installed. */
const CLIENTS = fileURLToPath(new URL("../../clients", import.meta.url));

/** How to run each language: the program, its arguments and its folder. */
const PROGRAMS = {
  curl: (code) => ["bash", ["-c", code], REPOSITORY],
  fetch: (code) => [process.execPath, ["--input-type=module", "--eval", code], REPOSITORY],
  boto3: (code) => [`${REPOSITORY}/.tools/clients/bin/python`, ["-c", code], REPOSITORY],
  "JS SDK": (code) => [process.execPath, ["--input-type=module", "--eval", code], CLIENTS],
};

/** The languages by the names that `runSnippet` takes. */
export const LANGUAGES = Object.keys(PROGRAMS);

/** Copies the request that the page shows as code, and returns it in the order of `LANGUAGES`. */
export async function copyInEachLanguage(page) {
  const request = section(page, "Request");
  const codes = [];
  for (const language of LANGUAGES) {
    await request.getByRole("tab", { name: language, exact: true }).click();
    await button(request.getByRole("tabpanel"), "Copy").click();
    await button(request.getByRole("tabpanel"), "Copied").waitFor();
    codes.push(await page.evaluate(() => navigator.clipboard.readText()));
  }
  return codes;
}

/** Returns what the code prints. Rejects when it fails. */
export async function runSnippet(language, code) {
  const [program, options, cwd] = PROGRAMS[language](code);
  const { stdout } = await run(program, options, { cwd, timeout: 20_000 });
  return stdout;
}
