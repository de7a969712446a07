// Shows current alerts on a page that embeds it:
//
//   <script src="https://…/embed/v1/banner.js" data-areas="1490TB121" data-services="water"
//           data-lang="sv" data-target="#banner" data-theme="light" async></script>
//
// Every attribute but src may be left out; data-theme="light" is for pages that are never dark. ES2017,
// no dependency. It never throws into the page, writes no markup (text only), sets no
// cookie, and leaves no trace when there is nothing to show.
(function () {
  "use strict";

  const STYLES = "STYLE SHEET";
  const EVERY = 30000;
  const SLOWEST = 300000;
  const PATIENCE = 10000;
  // A banner is a strip on a page, not the page: the worst few, and a link to the rest.
  const MOST = 3;
  const STORE = "notify-dismissed";

  const WORDS = {
    sv: {
      heading: "Driftinformation",
      since: "Sedan {t}.",
      planned: "Planerat {t}.",
      expected: "Väntas vara klart {t}.",
      late: "Skulle ha varit klart {t}.",
      rest: "Visa alla {n} meddelanden",
      close: "Stäng: ",
      today: "i dag kl. {t}",
      day: "{d} kl. {t}",
      over: "Avhjälpt",
      finished: "Klart",
      cancelled: "Återkallat",
      calledOff: "Inställt",
      work: "Planerat arbete",
      extreme: "Mycket allvarlig störning",
      severe: "Allvarlig störning",
      moderate: "Måttlig störning",
      minor: "Mindre störning",
    },
    en: {
      heading: "Service information",
      since: "Since {t}.",
      planned: "Planned for {t}.",
      expected: "Expected to be over {t}.",
      late: "Was expected to be over {t}.",
      rest: "Show all {n} notices",
      close: "Close: ",
      today: "today at {t}",
      day: "{d} at {t}",
      over: "Fixed",
      finished: "Finished",
      cancelled: "Cancelled",
      calledOff: "Called off",
      work: "Planned work",
      extreme: "Extreme disruption",
      severe: "Severe disruption",
      moderate: "Moderate disruption",
      minor: "Minor disruption",
    },
  };

  // --- what an item says -------------------------------------------------------------------

  const key = (item) => item.alert + ":" + item.update;
  const over = (item) => item.all_clear || item.cancelled;
  const shouts = (item) => !over(item) && /^(Extreme|Severe)$/.test(item.severity);

  function tone(item) {
    if (over(item)) return "over";
    return item.urgency === "Future" ? "work" : String(item.severity).toLowerCase();
  }

  function label(item, words) {
    const planned = item.urgency === "Future";
    if (item.cancelled) return planned ? words.calledOff : words.cancelled;
    if (item.all_clear) return planned ? words.finished : words.over;
    return words[tone(item)] || words.moderate;
  }

  // The clock on the wall of the place it concerns, wherever the reader's computer thinks it is:
  // the document's times carry that offset, so they are shown as they stand.
  function moment(iso, words, language) {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) || ["", "+", 0, 0];
    const offset = (sign + 1) * (60 * hours + Number(minutes)) * 60000;
    const wall = new Date(iso.slice(0, 19) + "Z");
    const today = new Date(Date.now() + offset);
    const own = navigator.language || language;
    const locale = own.slice(0, 2) === language ? own : language;
    const time = wall.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", timeZone: "UTC" });
    // Swedish writes 15.45; browsers know only 15:45.
    const clock = language === "sv" ? time.replace(":", ".") : time;
    const same = wall.toISOString().slice(0, 10) === today.toISOString().slice(0, 10);
    if (same) return words.today.replace("{t}", clock);
    const day = wall.toLocaleDateString(locale, { day: "numeric", month: "long", timeZone: "UTC" });
    return words.day.replace("{d}", day).replace("{t}", clock);
  }

  function times(item, words, language) {
    if (over(item)) return "";
    const say = (sentence, iso) => sentence.replace("{t}", moment(iso, words, language));
    const past = (iso) => Date.parse(iso) <= Date.now();
    const said = [say(past(item.onset) ? words.since : words.planned, item.onset)];
    if (item.expires) said.push(say(past(item.expires) ? words.late : words.expected, item.expires));
    return said.join(" ");
  }

  // --- how it looks ------------------------------------------------------------------------

  function make(name, className, text) {
    const element = document.createElement(name);
    if (className) element.className = className;
    if (text) element.textContent = text;
    return element;
  }

  function safe(address) {
    return /^https?:\/\//i.test(address) ? address : "";
  }

  function headline(item) {
    const title = make("h3", "nb-headline");
    const address = safe(item.url);
    const text = make(address ? "a" : "span", "", item.headline);
    if (address) text.href = address;
    title.append(text);
    return title;
  }

  function card(item, words, language, dismiss) {
    const element = make("li", "nb-item");
    element.dataset.tone = tone(item);
    element.dataset.key = key(item);
    if (item.language !== language) element.lang = item.language;
    const mark = make("p", "nb-label", label(item, words));
    mark.lang = language;
    const names = [item.service.name].concat(item.places.map((place) => place.name));
    element.append(mark, headline(item), make("p", "nb-meta", names.join(", ")));
    const text = item.instruction || item.description;
    if (text) element.append(make("p", "nb-text", text));
    const when = make("p", "nb-times", times(item, words, language));
    when.lang = language;
    if (when.textContent) element.append(when);
    const button = make("button", "nb-close", "×");
    button.type = "button";
    button.setAttribute("aria-label", words.close + item.headline);
    button.addEventListener("click", () => dismiss(item));
    element.append(button);
    return element;
  }

  function dress(shadow) {
    try {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLES);
      // Not a style element: a page with a strict content policy would refuse that.
      shadow.adoptedStyleSheets = [sheet];
    } catch (error) {
      shadow.append(make("style", "", STYLES));
    }
  }

  // --- what the visitor closed: kept in memory, and written down only at a click ------------

  function closedBefore() {
    try {
      return new Set(JSON.parse(sessionStorage.getItem(STORE)) || []);
    } catch (error) {
      return new Set();
    }
  }

  function remember(closed) {
    try {
      sessionStorage.setItem(STORE, JSON.stringify(Array.from(closed)));
    } catch (error) {
      // A page without storage: closed until it is left.
    }
  }

  // --- one banner --------------------------------------------------------------------------

  function start(script) {
    const settings = script.dataset;
    const wanted = (settings.lang || document.documentElement.lang || "sv").slice(0, 2).toLowerCase();
    const language = WORDS[wanted] ? wanted : settings.lang || "sv";
    const words = WORDS[language] || WORDS.en;
    const address = new URL("banner.json", script.src);
    address.searchParams.set("lang", language);
    for (const name of ["areas", "services"]) {
      if (settings[name]) address.searchParams.set(name, settings[name]);
    }

    const closed = closedBefore();
    let host = null;
    let view = null;
    let items = [];
    let known = null;
    let page = "";
    let drawn = "";
    let trustedUntil = 0;
    let failures = 0;
    let asked = 0;
    let asking = false;
    let warned = false;
    let next = 0;
    let expiry = 0;

    // Nothing that throws here may reach the page.
    const guarded = (work) => () => {
      try {
        work();
      } catch (error) {
        console.warn("Notify banner:", error);
      }
    };

    function build() {
      host = make("div");
      host.dataset.notifyBanner = "";
      const shadow = host.attachShadow({ mode: "open" });
      dress(shadow);
      const section = make("section", "notify-banner");
      section.lang = language;
      if (settings.theme) section.dataset.theme = settings.theme;
      section.setAttribute("aria-labelledby", "nb-heading");
      const heading = make("h2", "nb-heading", words.heading);
      heading.id = "nb-heading";
      heading.tabIndex = -1;
      const list = make("ul", "nb-items");
      const polite = make("div", "nb-said");
      polite.setAttribute("role", "status");
      const loud = make("div", "nb-said");
      loud.setAttribute("role", "alert");
      const rest = make("p", "nb-rest");
      section.append(heading, list, rest, polite, loud);
      shadow.append(section);
      view = { shadow, heading, list, rest, polite, loud };
    }

    function insert() {
      if (host) return true;
      const target = settings.target && document.querySelector(settings.target);
      if (settings.target && !target) {
        warn("there is no element " + settings.target);
        return false;
      }
      build();
      if (target) target.append(host);
      else if (document.body.contains(script)) script.parentNode.insertBefore(host, script);
      else document.body.insertBefore(host, document.body.firstChild);
      return true;
    }

    function remove() {
      if (host) host.remove();
      host = view = null;
      drawn = "";
    }

    function warn(message) {
      if (!warned) console.warn("Notify banner: " + message);
      warned = true;
    }

    function draw() {
      const now = Date.now();
      const shown = items.filter(
        (item) => !closed.has(key(item)) && !(item.until && Date.parse(item.until) <= now)
      );
      if (now >= trustedUntil || !shown.length) return remove();
      if (!insert()) return undefined;
      const picture = JSON.stringify(shown.map((item) => [item, times(item, words, language)]));
      if (picture === drawn) return undefined;
      drawn = picture;
      const held = view.shadow.activeElement;
      const place = held && held.closest("li");
      const spot = place && [place.dataset.key, held.className];
      view.list.textContent = "";
      for (const item of shown.slice(0, MOST)) view.list.append(card(item, words, language, dismiss));
      drawRest(shown.length);
      if (spot) refocus(spot);
      return undefined;
    }

    function drawRest(count) {
      view.rest.textContent = "";
      view.rest.hidden = count <= MOST || !safe(page);
      if (view.rest.hidden) return;
      const link = make("a", "", words.rest.replace("{n}", count));
      link.href = page;
      view.rest.append(link);
    }

    function refocus(spot) {
      for (const element of view.list.children) {
        if (element.dataset.key === spot[0]) element.querySelector(spot[1] ? "button" : "a").focus();
      }
    }

    // Said once the regions have stood for a moment: a screen reader hears only changes in them.
    function announce(fresh, first) {
      if (first || !fresh.length) return;
      setTimeout(guarded(() => {
        if (!view) return;
        for (const region of [view.polite, view.loud]) region.textContent = "";
        for (const item of fresh) {
          if (closed.has(key(item))) continue;
          const region = shouts(item) && item.isNew ? view.loud : view.polite;
          region.append(make("p", "", label(item, words) + ": " + item.headline));
        }
      }), 500);
    }

    function dismiss(item) {
      closed.add(key(item));
      remember(closed);
      draw();
      if (view) (view.list.querySelector("button") || view.heading).focus();
    }

    function take(text) {
      const received = JSON.parse(text);
      if (received.version !== 1) throw new Error("unknown version " + received.version);
      const before = known || new Set();
      const fresh = received.items
        .filter((item) => !before.has(key(item)))
        .map((item) => Object.assign({ isNew: !before.has(item.alert) }, item));
      const first = known === null;
      items = received.items;
      page = received.page;
      known = new Set();
      for (const item of items) known.add(key(item)).add(item.alert);
      trustedUntil = Date.now() + received.valid_for * 1000;
      clearTimeout(expiry);
      expiry = setTimeout(guarded(draw), received.valid_for * 1000);
      draw();
      announce(fresh, first);
    }

    async function ask() {
      if (asking) return;
      asking = true;
      asked = Date.now();
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), PATIENCE);
      try {
        // The browser's own cache sends the ETag along; a header set here would cost a preflight.
        const answer = await fetch(address, {
          cache: "no-cache", credentials: "omit", mode: "cors", referrerPolicy: "no-referrer", signal: stop.signal,
        });
        if (answer.status === 404) warn((await answer.json()).detail);
        if (!answer.ok) throw new Error("status " + answer.status);
        take(await answer.text());
        failures = 0;
      } catch (error) {
        failures += 1;
        // What comes after this comes later than the page, and is announced.
        known = known || new Set();
        draw();
      } finally {
        clearTimeout(timer);
        asking = false;
        plan();
      }
    }

    function plan() {
      clearTimeout(next);
      if (document.hidden) return;
      const pause = Math.min(EVERY * Math.pow(2, failures), SLOWEST);
      const spread = pause * (0.8 + 0.4 * Math.random());
      next = setTimeout(() => ask().catch(ignore), Math.max(asked + spread - Date.now(), 0));
    }

    function ignore() {}

    document.addEventListener("visibilitychange", guarded(() => {
      // After a long sleep what is shown may be a lie: that is settled before anything else.
      if (!document.hidden && items.length) draw();
      plan();
    }));
    ask().catch(ignore);
  }

  try {
    const script = document.currentScript;
    const begin = () => {
      try {
        start(script);
      } catch (error) {
        console.warn("Notify banner:", error);
      }
    };
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
  } catch (error) {
    // The page is more important than its banner.
  }
})();
