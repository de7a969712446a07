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

  // Planned work is counted from its beginning, a disruption from now.
  const base = () => {
    const begins = onset?.value ? instantOf(onset.value, zone) : 0;
    return Math.max(Date.now(), begins);
  };
  const fill = (value) => {
    end.value = value;
    unknown.checked = false;
  };

  for (const button of root.querySelectorAll("[data-hours]")) {
    button.addEventListener("click", () => {
      const over = base() + Number(button.dataset.hours) * HOUR;
      fill(wall(Math.ceil(over / QUARTER) * QUARTER, zone));
    });
  }
  for (const button of root.querySelectorAll("[data-morning]")) {
    const morning = () => {
      const noon = Date.parse(`${wall(Date.now(), zone).slice(0, 10)}T12:00Z`);
      return `${new Date(noon + Number(button.dataset.morning) * 24 * HOUR).toISOString().slice(0, 10)}T07:00`;
    };
    button.hidden = morning() <= wall(Date.now(), zone);
    button.addEventListener("click", () => fill(morning()));
  }
  unknown.addEventListener("change", () => {
    if (unknown.checked) end.value = "";
  });
  end.addEventListener("input", () => {
    if (end.value) unknown.checked = false;
  });
  root.querySelector("[data-quick]").hidden = false;
}
