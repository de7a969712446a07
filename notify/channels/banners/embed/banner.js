// Shows current alerts on a page that embeds it, where the script stands or where an element does:
//
//   <script src="https://…/embed/v1/banner.js" data-areas="1490TB121" data-services="water"
//           data-lang="sv" data-target="#banner" data-theme="light" async></script>
//   <service-alerts areas="1490TB121" services="water" lang="sv" theme="light"></service-alerts>
//
// Every attribute but src may be left out (docs/embedding.md). ES2017, no dependency. It never throws
// into the page, writes no markup (text only), sets no cookie, and leaves no trace when there is
// nothing to show.
(function () {
  "use strict";

  const STYLES = "STYLE SHEET";
  const SPOKEN = "LANGUAGES";
  const NAME = "service-alerts";
  // Milliseconds between two looks: while we hear of changes, and while we do not.
  const SELDOM = 60000;
  const OFTEN = 10000;
  const SLOWEST = 300000;
  const PATIENCE = 10000;
  // After a change not everybody asks at once.
  const SPREAD = 1000;
  // The line says something every 20 s: whatever is silent for longer is broken.
  const SILENCE = 50000;
  // A banner is a strip on a page, not the page: the worst few, and a link to the rest.
  const MOST = 3;
  const STORE = "notify-dismissed";

  // --- what time it is ---------------------------------------------------------------------

  // The visitor's clock may be wrong: our answers say by how much.
  let ahead = 0;
  const clock = () => Date.now() + ahead;
  const stamp = () => [performance.now(), Date.now()];
  // The longer of two: one stands still while the device sleeps, the other may be put back.
  const since = (then) => Math.max(performance.now() - then[0], Date.now() - then[1]);

  // Nothing that throws here may reach the page.
  const guarded = (work) => (...given) => {
    try {
      return work(...given);
    } catch (error) {
      return console.warn("Notify banner:", error);
    }
  };

  // --- what an item says -------------------------------------------------------------------

  const key = (item) => item.alert + ":" + item.update;
  const over = (item) => item.tone === "over";
  const shouts = (item) => !over(item) && /^(Extreme|Severe)$/.test(item.severity);
  // A sentence of the document with what belongs in it.
  const say = (sentence, value) => sentence.replace("{}", () => value);

  // The clock on the wall of the place it concerns, wherever the reader's computer thinks it is:
  // the document's times carry that offset, so they are shown as they stand.
  function moment(iso, words, language) {
    const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)$/.exec(iso) || ["", "+", 0, 0];
    const offset = (sign + 1) * (60 * hours + Number(minutes)) * 60000;
    const wall = new Date(iso.slice(0, 19) + "Z");
    const today = new Date(clock() + offset);
    const own = navigator.language || language;
    const locale = own.slice(0, 2) === language ? own : language;
    const spoken = wall.toLocaleTimeString(locale, { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: "UTC" });
    // Swedish writes 15.45; browsers know only 15:45.
    const time = language === "sv" ? spoken.replace(":", ".") : spoken;
    if (wall.toISOString().slice(0, 10) === today.toISOString().slice(0, 10)) return say(words.today, time);
    const day = wall.toLocaleDateString(locale, { day: "numeric", month: "long", timeZone: "UTC" });
    return say(say(words.day, day), time);
  }

  function times(item, words, language) {
    if (over(item)) return "";
    const past = (iso) => Date.parse(iso) <= clock();
    const told = (sentence, iso) => say(sentence, moment(iso, words, language));
    const said = [told(past(item.onset) ? words.since : words.planned, item.onset)];
    if (item.expires) said.push(told(past(item.expires) ? words.late : words.expected, item.expires));
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
    text.dir = "auto";
    if (address) text.href = address;
    title.append(text);
    return title;
  }

  function card(item, words, language, dismiss) {
    const element = make("li", "nb-item");
    element.dataset.tone = item.tone;
    element.dataset.key = key(item);
    if (item.language !== language) element.lang = item.language;
    const mark = make("p", "nb-label", item.label);
    mark.lang = language;
    const names = [item.service.name].concat(item.places.map((place) => place.name));
    element.append(mark, headline(item), make("p", "nb-meta", names.join(", ")));
    const text = item.instruction || item.description;
    if (text) {
      const words = make("p", "nb-text", text);
      words.dir = "auto";
      element.append(words);
    }
    const when = make("p", "nb-times", times(item, words, language));
    when.lang = language;
    if (when.textContent) element.append(when);
    const button = make("button", "nb-close", "×");
    button.type = "button";
    button.setAttribute("aria-label", say(words.close, item.headline));
    button.addEventListener("click", guarded(dismiss));
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

  let closed = new Set();
  try {
    closed = new Set(JSON.parse(sessionStorage.getItem(STORE)) || []);
  } catch (error) {
    // A page without storage: closed until it is left.
  }

  function close(item) {
    closed.add(key(item));
    try {
      sessionStorage.setItem(STORE, JSON.stringify(Array.from(closed)));
    } catch (error) {
      // As above.
    }
    each((source) => source.draw());
  }

  // --- the line on which we hear that something changed, one for the page -------------------

  let line = null;
  let news = "";
  let heard = null;
  let deaf = 0;
  let notBefore = 0;

  const live = () => heard && since(heard) < SILENCE;

  function hangUp() {
    if (line) line.close();
    line = heard = null;
  }

  function listen(address) {
    if (heard && !live()) hangUp();
    if (line || !address || document.hidden || performance.now() < notBefore) return;
    line = new EventSource(address);
    line.onmessage = guarded((event) => {
      const first = !heard;
      heard = stamp();
      deaf = 0;
      if (event.data !== news) {
        news = event.data;
        each((source) => source.plan(SPREAD));
      } else if (first) each((source) => source.plan());
    });
    line.onerror = guarded(() => {
      hangUp();
      notBefore = performance.now() + 5000 * Math.pow(2, Math.min(deaf, 6)) * (1 + Math.random());
      deaf += 1;
      each((source) => source.plan());
    });
  }

  // --- what we ask for, once for all banners of the page that show the same -----------------

  const sources = new Map();
  const each = (work) => sources.forEach(work);

  class Source {
    constructor(address) {
      this.address = address;
      this.banners = new Set();
      this.items = [];
      this.failures = 0;
      this.asked = 0;
    }

    get trusted() {
      return this.taken && since(this.taken) < this.lasts;
    }

    join(banner) {
      this.banners.add(banner);
      if (this.known) banner.draw();
      else this.ask();
    }

    leave(banner) {
      this.banners.delete(banner);
      if (this.banners.size) return;
      sources.delete(this.address);
      clearTimeout(this.next);
      clearTimeout(this.expiry);
      if (!sources.size) hangUp();
    }

    draw() {
      this.banners.forEach((banner) => banner.draw());
    }

    async ask() {
      if (this.asking) return;
      this.asking = true;
      this.soon = false;
      this.asked = performance.now();
      const knew = news;
      const stop = new AbortController();
      const timer = setTimeout(() => stop.abort(), PATIENCE);
      try {
        // With what the line said in it, so that no cache on the way answers with what was before.
        const address = this.address + (knew && "&v=" + encodeURIComponent(knew));
        // The browser's own cache sends the ETag along; a header set here would cost a preflight.
        const answer = await fetch(address, {
          cache: "no-cache", credentials: "omit", mode: "cors", referrerPolicy: "no-referrer", signal: stop.signal,
        });
        if (answer.status === 404) this.warn((await answer.json()).detail);
        if (!answer.ok) throw new Error("status " + answer.status);
        this.take(JSON.parse(await answer.text()), answer.headers);
        this.failures = 0;
      } catch (error) {
        this.failures += 1;
        // What comes after this comes later than the page, and is announced.
        this.known = this.known || new Set();
        guarded(() => this.draw())();
      }
      clearTimeout(timer);
      this.asking = false;
      this.plan(knew === news ? 0 : SPREAD);
    }

    take(received, headers) {
      if (received.version !== 1) throw new Error("unknown version " + received.version);
      const before = this.known || new Set();
      const fresh = this.known ? received.items.filter((item) => !before.has(key(item))) : [];
      // How long it lay in a cache on the way counts too.
      const age = 1000 * (Number(headers.get("Age")) || 0);
      const date = Date.parse(headers.get("Date"));
      if (date) ahead = date + age - Date.now();
      this.taken = stamp();
      this.lasts = 1000 * received.valid_for - age;
      Object.assign(this, { items: received.items, page: received.page, words: received.words, language: received.language });
      this.known = new Set();
      for (const item of this.items) this.known.add(key(item)).add(item.alert);
      clearTimeout(this.expiry);
      this.expiry = setTimeout(guarded(() => this.draw()), this.lasts);
      this.draw();
      // Said once, however many banners show it.
      const [banner] = this.banners;
      if (banner) banner.announce(fresh, before);
      guarded(listen)(received.events);
    }

    // When to ask next; with a spread, within that time.
    plan(spread) {
      if (document.hidden || !this.banners.size || this.asking || this.soon) return;
      clearTimeout(this.next);
      this.soon = Boolean(spread);
      const pause = Math.min((live() ? SELDOM : OFTEN) * Math.pow(2, this.failures), SLOWEST);
      const due = this.asked + pause * (0.8 + 0.4 * Math.random()) - performance.now();
      this.next = setTimeout(() => this.ask(), spread ? spread * Math.random() : Math.max(due, 0));
    }

    warn(message) {
      if (this.warned !== message) console.warn("Notify banner: " + message);
      this.warned = message;
    }
  }

  // The language that is asked for, known to us or not; else the page's own if we speak it.
  function spoken(settings) {
    const short = (settings.lang || settings.around || "").slice(0, 2).toLowerCase();
    return SPOKEN.includes(short) ? short : settings.lang || SPOKEN[0];
  }

  // --- one banner --------------------------------------------------------------------------

  class Banner {
    // settings: the attributes. place: mount() gives the shadow root to draw in, or nothing where there
    // is no place for it; unmount() takes it away.
    constructor(settings, base, place) {
      this.settings = settings;
      this.place = place;
      const address = new URL("banner.json", base);
      address.searchParams.set("lang", spoken(settings));
      for (const name of ["areas", "services"]) {
        if (settings[name]) address.searchParams.set(name, settings[name]);
      }
      this.source = sources.get(address.href) || new Source(address.href);
      sources.set(address.href, this.source);
      this.source.join(this);
    }

    stop() {
      this.source.leave(this);
    }

    build(shadow) {
      shadow.textContent = "";
      dress(shadow);
      const section = make("section", "notify-banner");
      section.lang = this.source.language;
      section.dir = "ltr";
      if (this.settings.theme) section.dataset.theme = this.settings.theme;
      section.setAttribute("aria-labelledby", "nb-heading");
      const heading = make("h2", "nb-heading", this.source.words.heading);
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
      this.view = { shadow, heading, list, rest, polite, loud };
    }

    clear() {
      this.view = null;
      this.drawn = "";
      this.place.unmount(this.source.taken);
    }

    draw() {
      const source = this.source;
      const gone = (item) => closed.has(key(item)) || (item.until && Date.parse(item.until) <= clock());
      const shown = source.items.filter((item) => !gone(item));
      const calm = this.settings.empty === "show" && !source.items.some((item) => closed.has(key(item)));
      if (!source.trusted || !(shown.length || calm)) return this.clear();
      if (!this.view) {
        const shadow = this.place.mount();
        if (!shadow) return undefined;
        this.build(shadow);
      }
      const { words, language } = source;
      const picture = JSON.stringify([source.page, shown.map((item) => [item, times(item, words, language)])]);
      if (picture === this.drawn) return undefined;
      this.drawn = picture;
      const held = this.view.shadow.activeElement;
      const place = held && held.closest("li");
      const spot = place && [place.dataset.key, held.className];
      this.view.list.textContent = "";
      for (const item of shown.slice(0, MOST)) {
        this.view.list.append(card(item, words, language, () => this.dismiss(item)));
      }
      this.drawRest(shown.length);
      if (spot) this.refocus(spot);
      return undefined;
    }

    drawRest(count) {
      const { list, rest } = this.view;
      const { page, words } = this.source;
      const address = safe(page);
      list.hidden = !count;
      rest.textContent = count ? "" : words.none;
      rest.hidden = count > 0 && (count <= MOST || !address);
      if (rest.hidden || !count) return;
      const link = make("a", "", say(words.rest, count));
      link.href = address;
      rest.append(link);
    }

    refocus(spot) {
      for (const element of this.view.list.children) {
        if (element.dataset.key === spot[0]) element.querySelector(spot[1] ? "button" : "a").focus();
      }
    }

    // Said once the regions have stood for a moment: a screen reader hears only changes in them.
    announce(fresh, before) {
      if (fresh.length) setTimeout(guarded(() => {
        if (!this.view) return;
        const { polite, loud } = this.view;
        polite.textContent = loud.textContent = "";
        for (const item of fresh) {
          if (closed.has(key(item))) continue;
          const region = shouts(item) && !before.has(item.alert) ? loud : polite;
          region.append(make("p", "", item.label + ": " + item.headline));
        }
      }), 500);
    }

    dismiss(item) {
      close(item);
      if (this.view) (this.view.list.querySelector("button") || this.view.heading).focus();
    }
  }

  // --- where it stands ---------------------------------------------------------------------

  function beside(script) {
    const settings = Object.assign({ around: document.documentElement.lang }, script.dataset);
    let host = null;
    let warned = false;
    const mount = () => {
      const target = settings.target && document.querySelector(settings.target);
      if (settings.target && !target) {
        if (!warned) console.warn("Notify banner: there is no element " + settings.target);
        warned = true;
        return null;
      }
      host = make("div");
      host.dataset.notifyBanner = "";
      if (target) target.append(host);
      else if (document.body.contains(script)) script.parentNode.insertBefore(host, script);
      else document.body.insertBefore(host, document.body.firstChild);
      return host.attachShadow({ mode: "open" });
    };
    const unmount = () => {
      if (host) host.remove();
      host = null;
    };
    return new Banner(settings, script.src, { mount, unmount });
  }

  class Element extends HTMLElement {
    static get observedAttributes() {
      return ["areas", "services", "lang", "theme", "empty"];
    }

    connectedCallback() {
      guarded(() => {
        const settings = {};
        for (const name of Element.observedAttributes) settings[name] = this.getAttribute(name);
        const around = this.closest("[lang]");
        settings.around = around && around.lang;
        const mount = () => this.shadowRoot || this.attachShadow({ mode: "open" });
        // What the page wrote inside is seen until there is an answer.
        const unmount = (answered) => {
          if (answered) mount().textContent = "";
        };
        this.banner = new Banner(settings, Element.base, { mount, unmount });
      })();
    }

    disconnectedCallback() {
      guarded(() => {
        if (this.banner) this.banner.stop();
        this.banner = null;
        // Nobody watches over these words any more.
        if (this.shadowRoot) this.shadowRoot.textContent = "";
      })();
    }

    attributeChangedCallback() {
      if (!this.banner) return;
      this.disconnectedCallback();
      this.connectedCallback();
    }
  }

  // A module does not know which script it is.
  const script = document.currentScript || document.querySelector('script[src*="/embed/v1/banner"]');
  const begin = guarded(() => {
    // Where there are elements, a script that asks for nothing itself is only theirs.
    const asks = Object.keys(script.dataset).length;
    if (!asks && (script.type === "module" || document.querySelector(NAME))) return;
    // A second script lets the first do the work, so that both ask but once.
    customElements.get(NAME).beside(script);
  });

  guarded(() => {
    if (!customElements.get(NAME)) {
      Element.base = script.src;
      Element.beside = beside;
      customElements.define(NAME, Element);
      document.addEventListener("visibilitychange", guarded(() => {
        if (document.hidden) hangUp();
        each((source) => {
          // After a long sleep what is shown may be a lie: that is settled before anything else.
          if (!document.hidden && source.taken) source.draw();
          source.soon = false;
          if (document.hidden) clearTimeout(source.next);
          else source.plan();
        });
      }));
    }
    if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", begin);
    else begin();
  })();
})();
