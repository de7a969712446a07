// Offers the device's own way to share where it has one. Whoever thinks better of it has done nothing wrong.
for (const button of document.querySelectorAll("[data-share]")) {
  const shared = { title: button.dataset.title, url: button.dataset.share };
  button.hidden = !navigator.share;
  button.addEventListener("click", () => navigator.share(shared).catch(() => {}));
}
