// Counts what is written, and keeps the names of the areas in the words up to date with what is chosen.
// place_names.py says the same on the server, for whoever has no scripts.
const NAMED = 4;
const HOLE = "{areas}";

function phrase(areas, { pair, more, whole }) {
  let said = areas.map((area) => (area.whole ? whole.replace("%(name)s", () => area.name) : area.name));
  if (said.length > NAMED) {
    const left = said.length - NAMED + 1;
    said = [...said.slice(0, NAMED - 1), more.replace("%(count)s", left)];
  }
  if (said.length < 2) return said.join("");
  const first = said.slice(0, -1).join(", ");
  return pair.replace("%(first)s", () => first).replace("%(last)s", () => said.at(-1));
}

function count(field) {
  const most = Number(field.dataset.count);
  const line = document.querySelector(`[data-count-of="${field.id}"]`);
  const length = [...field.value.trim()].length;
  line.textContent = `${length} / ${most}`;
  line.classList.toggle("over", length > most);
}

for (const language of document.querySelectorAll("[data-words]")) {
  const fields = [...language.querySelectorAll("[data-count]")];
  let areas = null;
  document.addEventListener("areas-chosen", (event) => {
    const before = areas ? phrase(areas, language.dataset) : "";
    areas = event.detail;
    const after = phrase(areas, language.dataset);
    for (const field of fields) {
      // What stands for the areas is the hole or, in a headline, the phrase that was put into it. Elsewhere the
      // same name may mean something else: "Borås" in "Borås Energi".
      const named = before && field.name.endsWith("_headline") && !field.value.includes(HOLE);
      const pattern = named ? field.value.replace(before, HOLE) : field.value;
      const filled = pattern.replace(HOLE, () => after || HOLE);
      if (filled !== field.value) field.value = filled;
      count(field);
    }
  });
  for (const field of fields) {
    field.addEventListener("input", () => count(field));
    count(field);
  }
  // A headline is one line, however many it takes on the screen.
  fields[0].addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
}
