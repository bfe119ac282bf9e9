// JSON pointers in fragment form, such as `#/Tags/0/Key`.

/** The pointer of a member, or of an item, of what a pointer names. */
export function below(pointer, key) {
  return `${pointer}/${String(key).replaceAll("~", "~0").replaceAll("/", "~1")}`;
}

/** @param {(string | number)[]} path the names of members and indices of items */
export function pointerOf(path) {
  return path.reduce(below, "#");
}

/** @param {string} pointer @returns {string[]} the names of members and indices of items */
export function pathOf(pointer) {
  const steps = pointer.replace(/^#/, "").split("/").slice(1);
  return steps.map((step) => step.replaceAll("~1", "/").replaceAll("~0", "~"));
}
