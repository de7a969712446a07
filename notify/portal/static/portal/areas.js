// A search box above a list of choices. Without this script the whole list is there, and enough.
const plain = (text) => text.toLocaleLowerCase("sv").normalize("NFD").replace(/\p{M}/gu, "");

for (const box of document.querySelectorAll("[data-search]")) {
  const input = box.querySelector("input");
  const status = box.querySelector("[role=status]");
  const rows = [...document.getElementById(box.dataset.search).children];

  const filter = () => {
    const wanted = plain(input.value.trim());
    let found = 0;
    for (const row of rows) {
      const fits = plain(row.textContent).includes(wanted);
      found += fits ? 1 : 0;
      // What is ticked stays in sight: nobody should subscribe to a place that they cannot see.
      row.hidden = !fits && !row.querySelector("input").checked;
    }
    status.textContent = found ? "" : status.dataset.none;
  };

  input.addEventListener("input", filter);
  // Enter would send the whole form.
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
  box.hidden = false;
  filter();
}
