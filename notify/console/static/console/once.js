// Lets a form go once. The server refuses a second time anyway; this spares the reader the doubt.
const ready = new WeakMap();

function hold(form, button) {
  form.dataset.sent = "true";
  for (const one of [...form.elements].filter((element) => element.type === "submit")) {
    one.setAttribute("aria-disabled", "true");
  }
  if (button?.dataset.busy) {
    ready.set(button, button.textContent);
    button.textContent = button.dataset.busy;
  }
}

function release(form) {
  delete form.dataset.sent;
  for (const one of [...form.elements].filter((element) => element.type === "submit")) {
    one.removeAttribute("aria-disabled");
    if (ready.has(one)) one.textContent = ready.get(one);
  }
}

for (const form of document.querySelectorAll("form[data-once]")) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    else hold(form, event.submitter);
  });
}

// Back in the browser brings the page as it was left: let it go again.
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("form[data-once]").forEach(release);
});
