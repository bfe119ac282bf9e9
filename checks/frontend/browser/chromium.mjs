// The Chromium of the tests: it is inside the npm package @sparticuz/chromium, so nothing more is downloaded, and it needs
// no root. The variable CHROMIUM names another one, for example on macOS.
import { access, mkdtemp, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import packaged from "@sparticuz/chromium";
import { chromium } from "playwright-core";

const PACKAGE = fileURLToPath(new URL("../node_modules/@sparticuz/chromium/", import.meta.url));

// The packaged Chromium has no font of fixed width, which code on a page is set in.
const MONOSPACE = fileURLToPath(new URL("../node_modules/dejavu-fonts-ttf/ttf/", import.meta.url));

// The package has flags of its own, which are not used: one is --disable-web-security, which turns CORS off.
const FLAGS = [
  // A camera and a microphone that need neither a device nor a click.
  "--use-fake-device-for-media-stream",
  "--use-fake-ui-for-media-stream",
  // No page reaches another machine: the names of Chime's media servers do not resolve.
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
];

/** Starts Chromium without a window; the caller closes it. */
export async function startChromium() {
  const program = process.env.CHROMIUM ? { executablePath: process.env.CHROMIUM } : await packagedChromium();
  return chromium.launch({ ...program, args: FLAGS }).catch((cause) => {
    const needs = "the packaged one needs Linux on x86-64 and NSS (libnss3), and the variable CHROMIUM names another";
    throw new Error(`Chromium does not start: ${needs}`, { cause });
  });
}

async function packagedChromium() {
  const folder = await unpackedChromium();
  const env = { ...process.env, FONTCONFIG_FILE: join(folder, "fonts.conf") };
  return { executablePath: join(folder, "chromium"), env };
}

/** The folder with the unpacked Chromium, below the package: so a new version of the package is unpacked again. */
async function unpackedChromium() {
  const folder = join(PACKAGE, "unpacked");
  if (await exists(join(folder, "chromium"))) return folder;
  // Another process may unpack at the same time; renaming at the end leaves no half-written program behind.
  const unfinished = await mkdtemp(join(PACKAGE, "unpacking-"));
  await unpack(unfinished);
  await writeFile(join(unfinished, "fonts.conf"), fontsConfiguration(join(folder, "fonts")));
  await rename(unfinished, folder).catch(async (error) => {
    if (!(await exists(join(folder, "chromium")))) throw error;
    await rm(unfinished, { recursive: true });
  });
  return folder;
}

/** Lets the package unpack itself into a folder; it knows no other than that of temporary files. */
async function unpack(folder) {
  const before = process.env.TMPDIR;
  process.env.TMPDIR = folder;
  try {
    await packaged.executablePath();
  } finally {
    if (before === undefined) delete process.env.TMPDIR;
    else process.env.TMPDIR = before;
  }
}

/** Names the packages' fonts, so that text has a size on a machine without fonts, and code is set in DejaVu Sans Mono. */
function fontsConfiguration(fonts) {
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${fonts}</dir>
  <dir>${MONOSPACE}</dir>
  <selectfont><rejectfont><glob>${MONOSPACE}DejaVuSans[!M]*</glob></rejectfont></selectfont>
  <selectfont><rejectfont><glob>${MONOSPACE}DejaVuSans.ttf</glob></rejectfont></selectfont>
  <selectfont><rejectfont><glob>${MONOSPACE}DejaVuSerif*</glob></rejectfont></selectfont>
  <selectfont><rejectfont><glob>${MONOSPACE}DejaVuMath*</glob></rejectfont></selectfont>
  <alias><family>monospace</family><prefer><family>DejaVu Sans Mono</family></prefer></alias>
  <cachedir>${fonts}-cache</cachedir>
</fontconfig>
`;
}

async function exists(path) {
  return access(path).then(
    () => true,
    () => false,
  );
}
