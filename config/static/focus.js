// Moves the focus to what went wrong, so that somebody who hears the page starts there. Whoever was quicker than this
// script and has begun to write stays where they are.
if (document.activeElement === document.body) document.querySelector("[data-focus]")?.focus();
