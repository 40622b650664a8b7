// Keeps a page live: listens to /v1/events (or what the page names), fetches the page again when something changed, and replaces what differs.
// Without this script every page works; it then shows the state of its last load.
"use strict";

const STALE_MS = 12000;
const PATIENCE_MS = 10000;
const RETRY_MS = 2000;
// The first change shows at once; in a storm the page is fetched again this long after it came.
const REFRESH_MS = 300;
const FIRST_MS = 40;
const body = document.body;
const announce = document.getElementById("announce");
const stale = document.getElementById("stale");
const connection = document.getElementById("connection");
const dot = document.getElementById("dot");
// The server's clock counts, not this computer's.
const skew = Number(body.dataset.now) - Date.now();
let heardAt = Date.now();
let lastId = body.dataset.seq;
let stream = null;
let isStale = false;
let signedOut = false;
// Since when the page was asked for and not answered.
let failingSince = null;

const now = () => Date.now() + skew;

function connect() {
  if (signedOut) return;
  stream = new EventSource(`${body.dataset.stream ?? "/v1/events"}?lastEventId=${encodeURIComponent(lastId)}`);
  stream.addEventListener("heartbeat", heard);
  for (const kind of ["alert", "status", "source", "notice", "silence", "exercise"]) {
    stream.addEventListener(kind, (event) => {
      heard();
      lastId = event.lastEventId || lastId;
      // First what counts: a notification may be refused by the system.
      refreshSoon();
      TELL[kind]?.(JSON.parse(event.data));
    });
  }
  stream.addEventListener("error", () => {
    // The browser tries again by itself, except when the server answered with an error.
    if (stream.readyState !== EventSource.CLOSED) return;
    askWhy();
    setTimeout(connect, 2000);
  });
}

// Being cut off ----------------------------------------------------------------------------------------------------

function heard() {
  heardAt = Date.now();
  watchConnection();
  if (!isStale && connection.textContent !== "Live") {
    connection.textContent = "Live";
    dot.className = "dot dot--live";
  }
}

function staleSince() {
  if (Date.now() - heardAt >= STALE_MS) return heardAt;
  // The stream may live while the page itself is not answered.
  return failingSince !== null && Date.now() - failingSince >= STALE_MS ? failingSince : null;
}

function watchConnection() {
  if (signedOut) return;
  const since = staleSince();
  if (since === null && isStale) {
    isStale = false;
    stale.hidden = true;
    refreshSoon();
  } else if (since !== null && !isStale) {
    isStale = true;
    const time = new Date(since + skew).toLocaleTimeString("nl-NL", { timeZone: "Europe/Amsterdam" });
    warn(`Geen verbinding sinds ${time}. Wat u ziet kan verouderd zijn. Seinpost probeert opnieuw te verbinden.`);
    connection.textContent = "Geen verbinding";
  }
}

async function askWhy() {
  try {
    const answer = await fetch(body.dataset.stream ? address() : "/v1/me", { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.status === 401) endOfSession();
  } catch { /* the banner tells */ }
}

function address() {
  return document.getElementById("live")?.dataset.address ?? location.pathname + location.search;
}

function endOfSession() {
  // A link may open nothing any more: the page then says so.
  if (body.dataset.stream) return location.reload();
  if (signedOut) return undefined;
  signedOut = true;
  stream?.close();
  const link = document.createElement("a");
  link.href = `/aanmelden?terug=${encodeURIComponent(location.pathname + location.search)}`;
  link.textContent = "Meld u opnieuw aan";
  warn("U bent niet meer aangemeld. Nieuwe meldingen verschijnen hier niet. ", link);
  connection.textContent = "Afgemeld";
  return undefined;
}

function warn(...content) {
  stale.replaceChildren(...content);
  stale.hidden = false;
  dot.className = "dot dot--off";
  beep([330, 330]);
}

// What is said aloud -----------------------------------------------------------------------------------------------

const ALERT_WORDS = { opened: "Nieuwe melding", reopened: "Heropende melding", moved: "Verplaatst", "severity-raised": "Ernstiger geworden", released: "Weer te zien", digested: "Meer meldingen dan één dienst aankan" };
const BLIND_AGAIN_MS = 900000;
const blindAt = new Map();
const STAGES = { "seinpost:anonymizer": "De anonimisering", "seinpost:detector": "De detectie" };
const TELL = {
  alert: (alert) => { if (ALERT_WORDS[alert.occasion]) say(`${ALERT_WORDS[alert.occasion]}: ${alert.label}`, alert); },
  status: (deed) => { if (deed.action === "escalate") say(`Nog niet gezien, en nu doorgegeven: ${deed.label}`, deed); },
  silence: (change) => { if (change.change === "ended") announce.textContent = "Een demping is afgelopen."; },
  source: (source) => {
    // A source that comes and goes is told once a quarter of an hour.
    if (source.status !== "blind" || Date.now() - (blindAt.get(source.source) ?? 0) < BLIND_AGAIN_MS) return;
    blindAt.set(source.source, Date.now());
    const what = STAGES[source.source] ? `${STAGES[source.source]} verwerkt niet alle berichten.` : `Bron ${source.source} is blind.`;
    announce.textContent = `${what} Geen meldingen betekent nu niet dat het rustig is.`;
    beep([330]);
  },
};

function say(what, { exercise, alertId }) {
  const text = `${exercise ? "Oefening. " : ""}${what}`;
  announce.textContent = text;
  if (exercise) return;
  beep([660, 880]);
  notify(text, alertId);
}

// Replacing what changed ------------------------------------------------------------------------------------------

let waiting = null;
let busy = false;
let again = false;
let refreshedAt = 0;

function refreshSoon() {
  if (!document.getElementById("live")) return refreshBadge();
  if (waiting === null) waiting = setTimeout(refresh, Math.max(FIRST_MS, refreshedAt + REFRESH_MS - Date.now()));
  return undefined;
}

async function refreshBadge() {
  try {
    const answer = await fetch("/v1/summary", { signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) setUnseen((await answer.json()).unseen);
  } catch { /* the banner tells when the connection is gone */ }
}

async function refresh() {
  waiting = null;
  if (busy) { again = true; return; }
  busy = true;
  try {
    // The number of the last event: what comes back holds it, also when consoles share a page.
    const headers = { "Seinpost-Seen": lastId };
    // Without a limit one answer that never comes would leave the page as it is for ever.
    const answer = await fetch(address(), { headers, signal: AbortSignal.timeout(PATIENCE_MS) });
    if (answer.ok) replace(await answer.text());
    else if (answer.status === 401) endOfSession();
    else if (answer.status === 429 || answer.status >= 500) throw new Error(answer.status);
    failingSince = null;
  } catch {
    failingSince ??= Date.now();
    setTimeout(refreshSoon, RETRY_MS);
  }
  busy = false;
  refreshedAt = Date.now();
  if (again) { again = false; refreshSoon(); }
}

function replace(html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  const kept = focusPlace();
  morph(document.getElementById("live"), fresh.getElementById("live"));
  setUnseen(Number(fresh.getElementById("badge")?.firstElementChild.textContent));
  restoreFocus(kept);
  tick();
}

function keyed(parent) {
  return new Map([...parent.children].filter((child) => child.dataset.key).map((child) => [child.dataset.key, child]));
}

function morph(current, fresh) {
  const known = keyed(current);
  const wanted = [...fresh.children].map((child) => {
    const old = known.get(child.dataset.key);
    if (!old) {
      if (child.matches(".card")) child.classList.add("card--fresh");
      return document.adoptNode(child);
    }
    if (old.hasAttribute("data-list") && child.hasAttribute("data-list")) {
      old.className = child.className;
      morph(old, child);
      return old;
    }
    if (old.dataset.version === child.dataset.version || isBeingTyped(old)) return old;
    for (const details of child.querySelectorAll("details[id]")) {
      const before = old.querySelector(`#${CSS.escape(details.id)}`);
      if (before) details.open = before.open;
    }
    return document.adoptNode(child);
  });
  // Only what is out of place moves: moving the element that has the focus would lose it.
  wanted.forEach((element, index) => {
    if (current.children[index] !== element) current.insertBefore(element, current.children[index] ?? null);
  });
  while (current.children.length > wanted.length) current.lastElementChild.remove();
}

function isBeingTyped(element) {
  return element.hasAttribute("data-form") && [...element.querySelectorAll("textarea")].some((field) => field.value !== field.defaultValue);
}

function focusPlace() {
  const active = document.activeElement;
  const block = active?.closest("#live [data-key]");
  return block ? { active, key: block.dataset.key, name: active.dataset.focus } : null;
}

function restoreFocus(kept) {
  if (!kept || kept.active.isConnected) { if (kept && document.activeElement !== kept.active) kept.active.focus({ preventScroll: true }); return; }
  const block = document.querySelector(`#live [data-key="${CSS.escape(kept.key)}"]`);
  const target = block?.querySelector(`[data-focus="${kept.name}"]`) ?? block?.querySelector("[data-focus]") ?? document.getElementById("inhoud");
  target.focus({ preventScroll: true });
}

function setUnseen(count) {
  const badge = document.getElementById("badge");
  if (!badge) return;
  badge.hidden = count === 0;
  badge.firstElementChild.textContent = count;
  badge.lastElementChild.textContent = `, ${count} ongezien`;
  const bare = document.title.replace(/^\(\d+\) /, "");
  document.title = count ? `(${count}) ${bare}` : bare;
}

// Times that run ----------------------------------------------------------------------------------------------------

function duration(minutes) {
  const size = Math.abs(minutes);
  if (size < 60) return `${size} min`;
  if (size < 1440) return size % 60 ? `${Math.floor(size / 60)} u ${size % 60} min` : `${size / 60} u`;
  const days = Math.floor(size / 1440);
  const hours = Math.floor((size % 1440) / 60);
  return `${days} ${days === 1 ? "dag" : "dagen"}${hours && days < 7 ? ` ${hours} u` : ""}`;
}

function tick() {
  for (const element of document.querySelectorAll("[data-relative]")) {
    const minutes = Math.floor((now() - Number(element.dataset.relative)) / 60000);
    const text = minutes < 0 ? `over ${duration(minutes)}` : minutes < 1 ? "net" : `${duration(minutes)} geleden`;
    if (element.textContent !== text) element.textContent = text;
  }
  for (const element of document.querySelectorAll("[data-countdown]")) {
    const minutes = Math.floor((Number(element.dataset.countdown) - now()) / 60000);
    const text = minutes > 0 ? `over ${duration(minutes)}` : `${duration(minutes)} geleden begonnen`;
    if (element.textContent !== text) element.textContent = text;
  }
  document.getElementById("clock").textContent = new Date(now()).toLocaleTimeString("nl-NL", { timeZone: "Europe/Amsterdam", hour: "2-digit", minute: "2-digit" });
}

// The clock of an exercise runs at its own speed. A jump or a pause comes with the next version of the page.
function tickExercise() {
  for (const element of document.querySelectorAll("[data-anchor-wall]")) {
    const { anchorWall, anchorEvent, speed, running } = element.dataset;
    const passed = running === "1" ? Math.max(0, now() - Number(anchorWall)) * Number(speed) : 0;
    const then = new Date(Number(anchorEvent) + passed);
    const zone = { timeZone: "Europe/Amsterdam" };
    const day = then.toLocaleDateString("nl-NL", { ...zone, weekday: "short", day: "numeric", month: "short", year: "numeric" });
    const text = `${day}, ${then.toLocaleTimeString("nl-NL", { ...zone, hour: "2-digit", minute: "2-digit" })}`;
    if (element.textContent !== text) element.textContent = text;
  }
}

// Buttons without a page load ------------------------------------------------------------------------------------------

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.hasAttribute("data-enhance")) return;
  event.preventDefault();
  const button = form.querySelector("button");
  if (button.getAttribute("aria-disabled") === "true") return;
  button.setAttribute("aria-disabled", "true");
  try {
    const answer = await fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)) });
    announce.textContent = answer.ok ? `Gedaan: ${button.textContent.trim()}` : "Dat lukte niet. De melding is misschien al veranderd.";
  } catch {
    announce.textContent = "Geen verbinding: er is niets veranderd.";
  }
  button.removeAttribute("aria-disabled");
  refresh();
});

const print = document.getElementById("print");
if (print) {
  print.hidden = false;
  print.addEventListener("click", () => window.print());
}
document.getElementById("errors")?.focus();

connect();
tick();
setInterval(watchConnection, 1000);
setInterval(tick, 10000);
tickExercise();
setInterval(tickExercise, 1000);
try {
  // A console in the background must notice as soon as one in front.
  new Worker(`/static/ticker.js${new URL(document.currentScript.src).search}`).onmessage = watchConnection;
} catch { /* then by the timer alone */ }
document.addEventListener("visibilitychange", () => { if (!document.hidden) { tick(); refreshSoon(); } });
