// Copying, and ids: what browsers offer to pages of this machine alone, and what they offer to every page instead.
import { announce } from "./announce.js";

/**
 * Copies a text, and tells screen readers whether it could.
 * @param {string} text
 * @returns {Promise<boolean>} whether it could
 */
export async function copy(text) {
  // A page of another machine's address, which `--bind` allows, has no clipboard, and people can forbid it to any page.
  const isCopied = await navigator.clipboard?.writeText(text).then(
    () => true,
    () => false,
  );
  const isDone = isCopied || copyBySelection(text);
  announce(isDone ? "Copied" : "The browser does not let this page copy.");
  return isDone;
}

/** A random id of 32 hexadecimal digits. */
export function randomId() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function copyBySelection(text) {
  const focused = document.activeElement;
  const field = document.createElement("textarea");
  field.className = "visually-hidden";
  field.value = text;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand("copy");
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}
