// Draws the entries of the page on a map, when asked to. Leaflet and the outlines are fetched then, and from us.
const box = document.querySelector("[data-map]");
const WORST_FIRST = ["extreme", "severe", "moderate", "minor"];

const make = (name, properties, ...children) => {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
};

const rank = ({ dataset }) => WORST_FIRST.indexOf(dataset.severity) + ("planned" in dataset ? WORST_FIRST.length : 0);

// What the lists say of each area: its entries, what stands before what is planned, the worst first.
const entriesByArea = () => {
  const found = new Map();
  for (const entry of document.querySelectorAll("[data-areas]")) {
    for (const code of entry.dataset.areas.split(" ").filter(Boolean)) {
      found.set(code, [...(found.get(code) ?? []), entry]);
    }
  }
  for (const entries of found.values()) entries.sort((one, other) => rank(one) - rank(other));
  return found;
};

const words = (entry) => {
  const planned = "planned" in entry.dataset;
  return entry.querySelector(planned ? ".phase" : ".badge").textContent.trim();
};

const looks = (entries = []) => {
  if (!entries.length) return "map-area";
  const kind = "planned" in entries[0].dataset ? "planned" : entries[0].dataset.severity;
  return `map-area map-area--${kind}`;
};

const about = ({ id, properties }, entries = []) => {
  const links = entries.map((entry) => make("li", {}, entry.querySelector("a").cloneNode(true), ` – ${words(entry)}`));
  const all = make("a", { href: box.dataset.place + id }, box.dataset.all);
  const list = links.length ? make("ul", {}, ...links) : make("p", {}, box.dataset.nothing);
  return make("div", {}, make("p", { className: "map-title" }, properties.name), list, make("p", {}, all));
};

const pointOf = ({ properties }, layer) => {
  if (properties.point) return [properties.point[1], properties.point[0]];
  // What has no town of its own is named at its upper edge, clear of the places in it.
  const bounds = layer.getBounds();
  return [bounds.getNorth(), bounds.getCenter().lng];
};

const mark = (L, feature, layer, entries, popup) => {
  const label = make("span", {}, feature.properties.name);
  if (entries) label.append(make("strong", {}, words(entries[0]) + (entries.length > 1 ? ` +${entries.length - 1}` : "")));
  const kind = entries ? `map-mark ${looks(entries)}` : "map-name";
  const icon = L.divIcon({ className: kind, html: label, iconSize: null });
  const marker = L.marker(pointOf(feature, layer), {
    icon,
    keyboard: Boolean(entries),
    interactive: Boolean(entries),
    zIndexOffset: entries ? 1000 : 0,
  });
  return entries ? marker.bindPopup(() => about(feature, entries), popup) : marker;
};

const overlap = (one, other) =>
  one.left < other.right && other.left < one.right && one.top < other.bottom && other.top < one.bottom;

// What would cover another gives way, the least serious and the smallest first: a mark becomes a sign, a name is left out.
const makeRoom = (marks, names) => {
  const taken = [];
  const give = (markers, way) => {
    for (const marker of markers) {
      const element = marker.getElement();
      way(element, false);
      if (taken.some((other) => overlap(element.getBoundingClientRect(), other))) way(element, true);
      taken.push(element.getBoundingClientRect());
    }
  };
  give(marks, (element, small) => element.classList.toggle("map-mark--small", small));
  give(names, (element, hidden) => { element.hidden = hidden; });
};

// Whoever opens what a mark says with the keyboard goes there, and Escape leads back to the mark. Leaflet's own Escape is
// heard only by who stands on the map itself.
const followFocus = (marker) => {
  const element = marker.getElement();
  const close = (event) => {
    if (event.key !== "Escape" || !marker.isPopupOpen()) return;
    marker.closePopup();
    element.focus();
  };
  element.addEventListener("keydown", close);
  element.addEventListener("keydown", (event) => {
    if (event.key !== " ") return;
    event.preventDefault();
    marker.openPopup();
  });
  marker.on("popupopen", ({ popup }) => {
    popup.getElement().onkeydown = close;
    popup.getElement().querySelector("a").focus();
  });
};

const draw = (L, features) => {
  const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
  const place = box.querySelector(".map");
  place.hidden = false;
  place.setAttribute("role", "group");
  place.setAttribute("aria-label", box.dataset.label);
  const popup = { closeButton: false, maxWidth: Math.min(300, place.clientWidth - 70) };
  const map = L.map(place, {
    attributionControl: false,
    zoomControl: false,
    scrollWheelZoom: false,
    zoomAnimation: !still,
    fadeAnimation: !still,
    markerZoomAnimation: !still,
    inertia: !still,
    zoomSnap: 0.25,
  });
  // Below, where no opened mark comes to lie.
  L.control.zoom({ position: "bottomright", zoomInTitle: box.dataset.in, zoomOutTitle: box.dataset.out }).addTo(map);
  if (box.dataset.tiles) {
    L.control.attribution({ prefix: false }).addTo(map);
    L.tileLayer(box.dataset.tiles, { attribution: box.dataset.attribution }).addTo(map);
  }
  const said = entriesByArea();
  const byPath = (one, other) => one.properties.path.split("/").length - other.properties.path.split("/").length;
  const layers = L.geoJSON([...features].sort(byPath), {
    style: ({ id }) => ({ className: looks(said.get(id)) + (id === box.dataset.chosen ? " map-area--chosen" : "") }),
    onEachFeature: (feature, layer) => layer.bindPopup(() => about(feature, said.get(feature.id)), popup),
  }).addTo(map);
  const all = layers.getLayers();
  const chosen = all.find((layer) => layer.feature.id === box.dataset.chosen);
  // A place is shown with what lies around it.
  map.fitBounds(chosen ? chosen.getBounds().pad(0.75) : layers.getBounds(), { padding: [12, 12], animate: false });
  const people = ({ feature }) => feature.properties.people ?? 0;
  const byPeople = [...all].sort((one, other) => people(other) - people(one));
  const put = (layer) => mark(L, layer.feature, layer, said.get(layer.feature.id), popup).addTo(map);
  const names = byPeople.filter((layer) => !said.has(layer.feature.id)).map(put);
  // In the order of severity, which is also the order in which Tab comes to them.
  const codes = [...said.keys()].sort((one, other) => rank(said.get(one)[0]) - rank(said.get(other)[0]));
  const marks = codes.flatMap((code) => all.filter((layer) => layer.feature.id === code)).map(put);
  marks.forEach(followFocus);
  makeRoom(marks, names);
  map.on("zoomend", () => makeRoom(marks, names));
  place.focus({ preventScroll: true });
};

const fetched = (element) =>
  new Promise((there, failed) => {
    element.addEventListener("load", there);
    element.addEventListener("error", failed);
    document.head.append(element);
  });

const show = async (button) => {
  const status = box.querySelector("[role=status]");
  button.disabled = true;
  status.textContent = "";
  try {
    const [answer] = await Promise.all([
      fetch(box.dataset.outlines),
      fetched(make("link", { rel: "stylesheet", href: box.dataset.style })),
      fetched(make("script", { src: box.dataset.script })),
    ]);
    draw(globalThis.L, (await answer.json()).features);
    button.remove();
  } catch {
    status.textContent = box.dataset.away;
    button.disabled = false;
  }
};

if (box) {
  const button = box.querySelector("button");
  button.addEventListener("click", () => show(button));
  box.hidden = false;
}
