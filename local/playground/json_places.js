// Finds places in a JSON text, so that links and faults can lead to them.
import { pathOf } from "./json_pointer.js";

/**
 * The offset at which the member or item of a pointer begins. Where the text lacks it, or breaks off before it, the nearest
 * thing around it that is there.
 * @param {string} text a JSON document, perhaps with faults
 * @param {string} pointer such as `#/Tenants/acme/Default/MediaRegion`
 * @returns {number} 0 where nothing of it is there
 */
export function offsetOf(text, pointer) {
  const reader = new Reader(text);
  let offset = 0;
  try {
    for (const step of pathOf(pointer)) offset = reader.enter(step);
  } catch (error) {
    if (!(error instanceof NotFound)) throw error;
  }
  return offset;
}

/**
 * The line in which an offset lies, counted from 1.
 * @param {string} text
 * @param {number} offset
 */
export const lineOf = (text, offset) => text.slice(0, offset).split("\n").length;

/**
 * The offsets between which a line lies, without its end; the last line for one beyond the text.
 * @param {string} text
 * @param {number} line from 1
 */
export function lineRange(text, line) {
  let start = 0;
  for (let at = 1; at < line; at += 1) {
    const end = text.indexOf("\n", start);
    if (end < 0) break;
    start = end + 1;
  }
  const end = text.indexOf("\n", start);
  return { start, end: end < 0 ? text.length : end };
}

class NotFound extends Error {}

/** Reads a document from its beginning; an object or array is entered, everything else is passed over. */
class Reader {
  #text;
  #at = 0;

  constructor(text) {
    this.#text = text;
  }

  /** Goes to the value of a member of the object, or of an item of the array, that begins here. Returns where it begins. */
  enter(step) {
    if (this.#skips("{")) return this.#member(step);
    if (this.#skips("[")) return this.#item(step);
    throw new NotFound();
  }

  #member(name) {
    while (true) {
      this.#space();
      const start = this.#at;
      const key = this.#match(STRING);
      if (!this.#skips(":")) throw new NotFound();
      if (textOf(key) === name) return start;
      this.#value();
      if (!this.#skips(",")) throw new NotFound();
    }
  }

  #item(index) {
    for (let left = Number(index); left > 0; left -= 1) {
      this.#value();
      if (!this.#skips(",")) throw new NotFound();
    }
    this.#space();
    return this.#at;
  }

  /** Passes over a value; brackets are only counted. */
  #value() {
    let depth = 0;
    do {
      this.#space();
      const token = this.#match(TOKEN);
      if (token === "{" || token === "[") depth += 1;
      if (token === "}" || token === "]") depth -= 1;
    } while (depth > 0);
  }

  #skips(character) {
    this.#space();
    if (this.#text[this.#at] !== character) return false;
    this.#at += 1;
    return true;
  }

  #space() {
    this.#match(SPACE);
  }

  #match(pattern) {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (!found) throw new NotFound();
    this.#at = pattern.lastIndex;
    return found[0];
  }
}

const SPACE = /\s*/y;
const STRING = /"(?:[^"\\]|\\.)*"/y;
const TOKEN = /"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s"{}[\],:]+/y;

function textOf(string) {
  try {
    return JSON.parse(string);
  } catch {
    throw new NotFound();
  }
}
