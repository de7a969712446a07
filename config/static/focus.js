// Moves the focus to what went wrong, so that somebody who hears the page starts there.
document.querySelector("[data-focus]")?.focus();
