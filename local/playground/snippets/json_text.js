// JSON texts and values in the code of other languages.
import { parseBody } from "../body_value.js";

/**
 * The value in a text, when writing the value again gives the same text but for white space. Undefined for a text that is no
 * JSON, and for one that would change: repeated members, numbers such as 1.0, characters written as escapes.
 * @param {string} text
 */
export function jsonOf(text) {
  const { value, error } = parseBody(text);
  if (error || value === undefined) return undefined;
  // Strings as a whole, so that only white space between them goes.
  const compact = text.replace(/("(?:[^"\\]|\\.)*")|\s+/g, (_, string) => string ?? "");
  // A literal of JavaScript with this name would set the prototype.
  return compact === JSON.stringify(value) && !compact.includes('"__proto__"') ? value : undefined;
}

const NAME = /^[A-Za-z_$][\w$]*$/;

/**
 * A literal of JavaScript: names of members without quotes, where they need none.
 * @param {any} value
 * @param {string} indent that of the line which the literal begins on
 * @returns {string}
 */
export function javascriptLiteral(value, indent = "") {
  const inner = `${indent}  `;
  if (Array.isArray(value)) {
    return value.length === 0
      ? "[]"
      : block(
          "[",
          value.map((item) => javascriptLiteral(item, inner)),
          "]",
          indent,
          inner,
        );
  }
  if (value === null || typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${NAME.test(name) ? name : JSON.stringify(name)}: ${javascriptLiteral(member, inner)}`,
  );
  return members.length === 0 ? "{}" : block("{", members, "}", indent, inner, " ");
}

const PYTHON_NAMES = new Map([
  [null, "None"],
  [true, "True"],
  [false, "False"],
]);

/**
 * A literal of Python.
 * @param {any} value
 * @param {string} indent that of the line which the literal begins on
 * @returns {string}
 */
export function pythonLiteral(value, indent = "") {
  const inner = `${indent}    `;
  if (PYTHON_NAMES.has(value)) return PYTHON_NAMES.get(value);
  if (Array.isArray(value)) {
    return value.length === 0
      ? "[]"
      : block(
          "[",
          value.map((item) => pythonLiteral(item, inner)),
          "]",
          indent,
          inner,
        );
  }
  // The escapes of a JSON string are Python's too.
  if (typeof value !== "object") return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([name, member]) => `${JSON.stringify(name)}: ${pythonLiteral(member, inner)}`,
  );
  return members.length === 0 ? "{}" : block("{", members, "}", indent, inner);
}

/** How long a list or an object may be that stands on one line. */
const MAX_LINE = 60;

function block(open, parts, close, indent, inner, space = "") {
  const line = `${open}${space}${parts.join(", ")}${space}${close}`;
  if (line.length <= MAX_LINE && !line.includes("\n")) return line;
  return `${open}\n${parts.map((part) => `${inner}${part},\n`).join("")}${indent}${close}`;
}
