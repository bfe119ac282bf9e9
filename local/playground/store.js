// The page's state: one object, changed by `update` alone. Each change renders the page again, once per turn of the event loop.

/**
 * A section's module adds its own member when it is loaded, `update({ rooms: { … } })`, and reads it in its `view(state)`.
 * What the server says has these members:
 * - `connected`: whether its events arrive; null until they have for the first time
 * - `local`: the answer of `GET /local/state`, or null until it has come
 * - `openapi`: the API's description as JSON, or null until it has come
 * - `exchanges`: the last requests to the API, oldest first
 * - `meetings`, `messages`, `faults`: the lists of the events of the same names; null where none has come
 * - `policy`: the last event `policy`, `{ is_trial, faults }`, or null
 */
export const state = {
  connected: null,
  local: null,
  localError: null,
  openapi: null,
  exchanges: [],
  meetings: null,
  messages: null,
  faults: null,
  policy: null,
};

/** @type {Set<() => void>} */
const listeners = new Set();
let isScheduled = false;

/**
 * Takes new values of some members of the state.
 * @param {Record<string, unknown>} patch
 */
export function update(patch) {
  Object.assign(state, patch);
  if (isScheduled) return;
  isScheduled = true;
  queueMicrotask(() => {
    isScheduled = false;
    for (const listener of listeners) listener();
  });
}

/**
 * Calls a function after each change.
 * @param {() => void} listener
 */
export function onChange(listener) {
  listeners.add(listener);
}
