// Fetches the bars anew while an update goes out: every second while something happens, ever more seldom while
// nothing does, never while the page is hidden, and no more once it is finished.
const QUICK = 1000;
const SLOW = 15000;
const SAID_AT_MOST_EVERY = 10000;

for (const root of document.querySelectorAll("[data-fanout]")) {
  const bars = root.querySelector("[data-fanout-bars]");
  const said = root.querySelector("[data-fanout-said]");
  const refresh = root.querySelector("[data-fanout-refresh]");
  const state = () => bars.firstElementChild.dataset;
  let wait = QUICK;
  let saidAt = Date.now();
  let timer = 0;

  function say() {
    const { sentence, finished } = state();
    if (finished !== "true" && Date.now() - saidAt < SAID_AT_MOST_EVERY) return;
    if (said.textContent !== sentence) said.textContent = sentence;
    saidAt = Date.now();
  }

  // Whoever stands on a button with the keyboard stays there.
  function replace(fresh) {
    const held = bars.contains(document.activeElement) && document.activeElement.id;
    bars.innerHTML = fresh;
    if (held) document.getElementById(held)?.focus({ preventScroll: true });
  }

  function next() {
    clearTimeout(timer);
    if (state().finished !== "true" && !document.hidden) timer = setTimeout(look, wait);
  }

  async function look() {
    try {
      // Somebody logged out elsewhere would be led to the login page: that is no bars.
      const answer = await fetch(root.dataset.fanout, { redirect: "error", cache: "no-store" });
      if (!answer.ok) throw new Error(String(answer.status));
      const fresh = await answer.text();
      const changed = fresh.trim() !== bars.innerHTML.trim();
      if (changed) replace(fresh);
      wait = changed ? QUICK : Math.min(wait * 1.5, SLOW);
      if (state().finished === "true") refresh?.remove();
      say();
    } catch {
      // The link to look by hand is still there.
      wait = SLOW;
    }
    next();
  }

  document.addEventListener("visibilitychange", () => {
    wait = QUICK;
    next();
  });
  next();
}
