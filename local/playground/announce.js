// What screen readers are told when something happens elsewhere on the page than where the focus is.

/**
 * Says a short sentence in the page's live region. The same sentence twice is said twice.
 * @param {string} text
 */
export function announce(text) {
  const region = document.getElementById("announcer");
  if (!region) return;
  region.textContent = "";
  // Screen readers notice a change of the text, so the empty one has to be seen first.
  setTimeout(() => {
    region.textContent = text;
  }, 50);
}
