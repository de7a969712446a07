// Finds the place that the reader is in. The outlines come here and the position stays here: it is sent to nobody.
const button = document.querySelector("[data-near]");
const status = document.querySelector(".lookup__said");

const inside = ([x, y], ring) => {
  let odd = false;
  for (let here = 0, last = ring.length - 1; here < ring.length; last = here, here += 1) {
    const [x1, y1] = ring[here];
    const [x2, y2] = ring[last];
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) odd = !odd;
  }
  return odd;
};

const holds = ({ type, coordinates }, point) =>
  (type === "Polygon" ? [coordinates] : coordinates).some(
    ([shell, ...holes]) => inside(point, shell) && !holes.some((hole) => inside(point, hole)),
  );

// The smallest: a village rather than the municipality around it.
const placeAt = (features, point) =>
  features
    .filter((feature) => holds(feature.geometry, point))
    .sort((one, other) => other.properties.path.split("/").length - one.properties.path.split("/").length)[0];

const position = () =>
  new Promise((found, failed) => {
    navigator.geolocation.getCurrentPosition(found, failed, { timeout: 15000, maximumAge: 300000 });
  });

const outlines = async () => {
  const answer = await fetch(button.dataset.near);
  if (!answer.ok) throw new Error(answer.status);
  return (await answer.json()).features;
};

let busy = false;

const say = (what) => {
  busy = what === "finding";
  status.textContent = status.dataset[what];
};

const find = async () => {
  if (busy) return;
  say("finding");
  let features, coords;
  try {
    features = await outlines();
  } catch {
    return say("away");
  }
  try {
    ({ coords } = await position());
  } catch (error) {
    return say(error.code === error.PERMISSION_DENIED ? "refused" : "unknown");
  }
  const place = placeAt(features, [coords.longitude, coords.latitude]);
  if (!place) return say("outside");
  const address = new URL(button.form.action);
  address.searchParams.set("place", place.id);
  location.assign(address);
};

// Browsers tell no position to a page that came without TLS.
if (button && isSecureContext && "geolocation" in navigator) {
  button.addEventListener("click", find);
  button.hidden = false;
  document.getElementById("near-hint").hidden = false;
  // Who comes back with the back button starts over.
  window.addEventListener("pagehide", () => {
    busy = false;
    status.textContent = "";
  });
}
