// Fetches the page again every two seconds and swaps in what is marked data-live, while somebody looks.
"use strict";

const EVERY_MS = 2000;

function atEnd() {
  return window.innerHeight + window.scrollY >= document.documentElement.scrollHeight - 40;
}

async function refresh() {
  const live = document.querySelector("[data-live]");
  if (document.hidden || !live) return;
  const response = await fetch(location.href, { cache: "no-store" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const fresh = page.querySelector("[data-live]");
  if (!fresh || fresh.innerHTML === live.innerHTML) return;
  const follow = live.dataset.live === "end" && atEnd();
  live.replaceChildren(...fresh.childNodes);
  if (follow) window.scrollTo(0, document.documentElement.scrollHeight);
}

if (document.querySelector('[data-live="end"]')) window.scrollTo(0, document.documentElement.scrollHeight);
setInterval(() => refresh().catch(() => {}), EVERY_MS);
