// Asks now and then what became of the SMS, for as long as somebody might be waiting for it.
const EVERY = 3000;
const LONGEST = 120000;

const place = document.querySelector("[data-message]");
const began = Date.now();

const ask = async () => {
  if (!place || place.querySelector("[data-final]") || Date.now() - began > LONGEST) return;
  try {
    const answer = await fetch(place.dataset.message);
    const words = answer.ok ? (await answer.text()).trim() : "";
    // Written only when it changed, or it would be read aloud again and again.
    const now = new DOMParser().parseFromString(words, "text/html").body;
    if (words && now.textContent.trim() !== place.textContent.trim()) {
      place.replaceChildren(...now.childNodes);
    }
  } catch {
    // No network just now: the next round asks again.
  }
  setTimeout(ask, EVERY);
};

setTimeout(ask, EVERY);
