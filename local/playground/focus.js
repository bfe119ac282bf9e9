// Keeps the keyboard's place where a button takes itself away, such as the one that ends a meeting.

/**
 * Does what a button is for. If the button is gone afterwards, the focus goes to the first button that is left in its entry,
 * else to the section.
 * @param {Event} event the click
 * @param {() => Promise<unknown>} action
 */
export async function keepFocus(event, action) {
  const button = event.currentTarget;
  const entry = button.closest("li");
  const section = button.closest("main > section");
  await action();
  for (let wait = 0; wait < WAITS && button.isConnected; wait += 1) await pause();
  if (button.isConnected || document.activeElement !== document.body) return;
  const next = entry?.isConnected ? (entry.querySelector("button") ?? entry.querySelector("summary")) : null;
  if (next) {
    next.focus();
    return;
  }
  section.tabIndex = -1;
  section.focus({ preventScroll: true });
}

/** The server tells what has changed within 0.2 seconds, and the button goes with that. */
const WAITS = 10;
const pause = () => new Promise((resolve) => setTimeout(resolve, 50));
