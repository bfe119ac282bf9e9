// The body of a request: a text, and the JSON value in it, which a form changes member by member.

/** A body that is nested deeper is no JSON to the gateway. */
const MAX_DEPTH = 127;

/**
 * @param {string} text
 * @returns {{ value: any, error: string | null }} an empty text is no body: its value is undefined
 */
export function parseBody(text) {
  if (text.trim() === "") return { value: undefined, error: null };
  try {
    const value = JSON.parse(text);
    if (isDeeper(value, MAX_DEPTH)) return { value: undefined, error: `nested more than ${MAX_DEPTH} levels deep` };
    return { value, error: null };
  } catch (error) {
    return { value: undefined, error: error.message };
  }
}

function isDeeper(value, depth) {
  let level = [value];
  for (let at = 0; at <= depth && level.length > 0; at += 1) {
    level = level.flatMap((item) => (item !== null && typeof item === "object" ? Object.values(item) : []));
  }
  return level.length > 0;
}

/** @param {any} value */
export function bodyText(value) {
  return value === undefined ? "" : JSON.stringify(value, null, 2);
}

/** @param {any} value @param {(string | number)[]} path */
export function valueAt(value, path) {
  return path.reduce((found, key) => (found !== null && typeof found === "object" ? found[key] : undefined), value);
}

/**
 * The value with another one at a path. `undefined` takes the member away, and with it the objects around that have become
 * empty. An item of an array stays, since the others would move.
 * @param {any} value
 * @param {(string | number)[]} path
 * @param {any} changed
 */
export function withValueAt(value, path, changed) {
  const [key, ...rest] = path;
  if (key === undefined) return changed;
  if (typeof key === "number") {
    const items = Array.isArray(value) ? [...value] : [];
    items[key] = withValueAt(items[key], rest, changed) ?? (rest.length === 0 ? "" : {});
    return items;
  }
  const members = value !== null && typeof value === "object" && !Array.isArray(value) ? { ...value } : {};
  const below = withValueAt(members[key], rest, changed);
  if (below === undefined) delete members[key];
  else members[key] = below;
  return Object.keys(members).length === 0 ? undefined : members;
}

/** @param {any} value */
export function isObject(value) {
  return value !== null && typeof value === "object" && !Array.isArray(value);
}
