// A button that copies the lines beside it. Without this script they are there to be marked and copied by hand.
for (const button of document.querySelectorAll("[data-copy]")) {
  const said = button.parentElement.querySelector("[role=status]");
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", () => {
    const text = document.getElementById(button.dataset.copy).textContent;
    navigator.clipboard.writeText(text).then(
      () => { said.textContent = said.dataset.copied; },
      () => { said.textContent = said.dataset.failed; },
    );
  });
}
