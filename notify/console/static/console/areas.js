// Searches the list of areas, says what is chosen, and joins list and map: a click on either changes both.
const root = document.querySelector("[data-areas]");

if (root) {
  const boxes = [...root.querySelectorAll('input[name="areas"]')];
  const shapes = [...root.querySelectorAll(".map-area")];
  const labels = new Map([...root.querySelectorAll("[data-label]")].map((label) => [label.dataset.label, label]));
  const byCode = new Map(boxes.map((box) => [box.value, box]));

  const topmost = () => {
    const chosen = boxes.filter((box) => box.checked);
    return chosen.filter(
      (box) => !chosen.some((other) => other !== box && box.dataset.path.startsWith(other.dataset.path)),
    );
  };

  function show() {
    const chosen = topmost();
    for (const shape of shapes) {
      const path = byCode.get(shape.dataset.code)?.dataset.path ?? "";
      const on = chosen.some((box) => path.startsWith(box.dataset.path));
      shape.classList.toggle("chosen", on);
      labels.get(shape.dataset.code)?.classList.toggle("chosen", on);
      // A name without room of its own is shown for a place chosen by itself, not for a part of the whole.
      labels.get(shape.dataset.code)?.classList.toggle("picked", byCode.get(shape.dataset.code)?.checked ?? false);
    }
    const said = root.querySelector("[data-area-chosen]");
    const names = chosen.map((box) => box.parentElement.querySelector("[data-label-text]").textContent.trim());
    said.textContent = names.length ? names.join(", ") : said.dataset.none;
    // By path, as the server sorts them.
    chosen.sort((a, b) => (a.dataset.path < b.dataset.path ? -1 : 1));
    document.dispatchEvent(
      new CustomEvent("areas-chosen", { detail: chosen.map((box) => ({ name: box.dataset.name, whole: "whole" in box.dataset })) }),
    );
  }

  function search(wanted) {
    const needle = wanted.trim().toLocaleLowerCase();
    let found = 0;
    for (const row of root.querySelectorAll("[data-area-row]")) {
      const box = row.querySelector("input");
      const fits = box.dataset.name.toLocaleLowerCase().includes(needle);
      // What is chosen stays in sight.
      row.hidden = !fits && !box.checked;
      row.toggleAttribute("data-fits", fits);
      found += fits ? 1 : 0;
    }
    for (const group of root.querySelectorAll("[data-area-group]")) {
      group.hidden = !group.querySelector("[data-area-row]:not([hidden])");
    }
    root.querySelector("[data-area-nothing]").hidden = found > 0;
  }

  const field = root.querySelector("[data-area-search]");
  field.closest("[hidden]").hidden = false;
  field.addEventListener("input", () => search(field.value));
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    // Enter chooses what the search has narrowed down to, and must not send the form.
    event.preventDefault();
    const rows = [...root.querySelectorAll("[data-fits] input:not(:disabled)")];
    if (field.value && rows.length === 1) {
      rows[0].checked = !rows[0].checked;
      field.value = "";
      search("");
      show();
    }
  });

  for (const shape of shapes) {
    const box = byCode.get(shape.dataset.code);
    if (!box || box.disabled) continue;
    shape.classList.add("clickable");
    shape.addEventListener("click", () => {
      box.checked = !box.checked;
      show();
    });
    const label = labels.get(box.value);
    shape.addEventListener("pointerenter", () => label?.classList.add("near"));
    shape.addEventListener("pointerleave", () => label?.classList.remove("near"));
  }
  for (const box of boxes) box.addEventListener("change", show);
  // After the other modules have begun to listen.
  window.addEventListener("pageshow", show);
}
