// Buttons that fill in the expected end. They reckon in the site's time zone, wherever the editor's computer
// believes itself to be, and count real hours over the nights when the clocks change.
const QUARTER = 15 * 60 * 1000;
const HOUR = 60 * 60 * 1000;

function wall(instant, zone) {
  const parts = new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  }).formatToParts(instant);
  const { year, month, day, hour, minute } = Object.fromEntries(parts.map(({ type, value }) => [type, value]));
  return `${year}-${month}-${day}T${hour}:${minute}`;
}

function instantOf(written, zone) {
  const inUtc = Date.parse(`${written}Z`);
  const offset = (instant) => Date.parse(`${wall(instant, zone)}Z`) - instant;
  // Twice: the first guess may lie on the other side of a change of the clocks.
  return inUtc - offset(inUtc - offset(inUtc));
}

for (const root of document.querySelectorAll("[data-times]")) {
  const zone = root.dataset.zone;
  const end = root.querySelector('input[type="datetime-local"]');
  const unknown = root.querySelector('input[type="checkbox"]');
  const onset = document.querySelector('input[name="onset"]');

  const kinds = [...document.querySelectorAll('input[name="urgency"]')];
  const planned = () => "planned" in root.dataset || kinds.some((kind) => kind.checked && kind.value === "Future");
  // Planned work is counted from its beginning, a disruption from now.
  const base = () => (planned() && onset?.value ? instantOf(onset.value, zone) : Date.now());
  const fill = (value) => {
    end.value = value;
    unknown.checked = false;
  };

  const hours = [...root.querySelectorAll("[data-hours]")];
  for (const button of hours) {
    button.dataset.now = button.textContent;
    button.addEventListener("click", () => {
      const over = base() + Number(button.dataset.hours) * HOUR;
      fill(wall(Math.ceil(over / QUARTER) * QUARTER, zone));
    });
  }
  const mornings = [...root.querySelectorAll("[data-morning]")];
  for (const button of mornings) {
    const morning = () => {
      const noon = Date.parse(`${wall(Date.now(), zone).slice(0, 10)}T12:00Z`);
      return `${new Date(noon + Number(button.dataset.morning) * 24 * HOUR).toISOString().slice(0, 10)}T07:00`;
    };
    button.dataset.past = morning() <= wall(Date.now(), zone) ? "yes" : "";
    button.addEventListener("click", () => fill(morning()));
  }
  function name() {
    for (const button of hours) {
      button.textContent = planned() ? button.dataset.after : button.dataset.now;
      // There is nothing to count from yet.
      button.disabled = planned() && !onset?.value;
    }
    // Mornings are told from today, which says nothing of work that is planned for another day.
    for (const button of mornings) button.hidden = planned() || Boolean(button.dataset.past);
  }
  for (const field of [onset, ...kinds]) field?.addEventListener("input", name);
  // A browser that goes back fills the fields in again after the scripts have run.
  window.addEventListener("pageshow", name);
  name();
  unknown.addEventListener("change", () => {
    if (unknown.checked) end.value = "";
  });
  end.addEventListener("input", () => {
    if (end.value) unknown.checked = false;
  });
  root.querySelector("[data-quick]").hidden = false;
}
