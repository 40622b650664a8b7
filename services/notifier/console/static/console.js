// Keeps a page live: listens to /v1/events (or what the page names), fetches the page again when something changed, and replaces what differs.
// Without this script every page works; it then shows the state of its last load.
"use strict";

const STALE_MS = 12000;
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

const now = () => Date.now() + skew;

function connect() {
  stream = new EventSource(`${body.dataset.stream ?? "/v1/events"}?lastEventId=${encodeURIComponent(lastId)}`);
  stream.addEventListener("heartbeat", heard);
  for (const kind of ["alert", "status", "source", "notice", "silence", "exercise"]) {
    stream.addEventListener(kind, (event) => {
      heard();
      lastId = event.lastEventId || lastId;
      // First what counts: a notification may be refused by the system.
      refreshSoon();
      if (kind === "alert") alertArrived(JSON.parse(event.data));
    });
  }
  stream.addEventListener("error", () => {
    // The browser tries again by itself, except when the server answered with an error.
    if (stream.readyState === EventSource.CLOSED) setTimeout(body.dataset.stream ? orLeave : connect, 2000);
  });
}

// A link may open nothing any more: the page then says so.
async function orLeave() {
  try {
    if ((await fetch(address())).status === 401) return location.reload();
  } catch { /* the banner tells when the connection is gone */ }
  return connect();
}

function address() {
  return document.getElementById("live")?.dataset.address ?? location.pathname + location.search;
}

function heard() {
  heardAt = Date.now();
  if (isStale) {
    isStale = false;
    stale.hidden = true;
    refreshSoon();
  }
  if (connection.textContent !== "Live") {
    connection.textContent = "Live";
    dot.className = "dot dot--live";
  }
}

function watchConnection() {
  if (Date.now() - heardAt < STALE_MS || isStale) return;
  isStale = true;
  const since = new Date(heardAt + skew).toLocaleTimeString("nl-NL", { timeZone: "Europe/Amsterdam" });
  stale.textContent = `Geen verbinding sinds ${since}. Wat u ziet kan verouderd zijn. Seinpost probeert opnieuw te verbinden.`;
  stale.hidden = false;
  connection.textContent = "Geen verbinding";
  dot.className = "dot dot--off";
  beep([330, 330]);
}

function alertArrived(alert) {
  const telling = { opened: "Nieuwe melding", reopened: "Heropende melding", moved: "Verplaatst", "severity-raised": "Ernstiger geworden", released: "Weer te zien", digested: "Meer meldingen dan één dienst aankan" };
  const what = telling[alert.occasion];
  if (!what) return;
  const text = `${alert.exercise ? "Oefening. " : ""}${what}: ${alert.label}`;
  announce.textContent = text;
  if (alert.exercise) return;
  beep([660, 880]);
  if (consent() && "Notification" in window && Notification.permission === "granted" && document.hidden) {
    try {
      new Notification("Seinpost", { body: text, tag: alert.alertId });
    } catch { /* some systems allow none from a page; there is sound, and the page itself */ }
  }
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
    const answer = await fetch("/v1/summary");
    if (answer.ok) setUnseen((await answer.json()).unseen);
  } catch { /* the banner tells when the connection is gone */ }
}

async function refresh() {
  waiting = null;
  if (busy) { again = true; return; }
  busy = true;
  try {
    // The number of the last event: what comes back holds it, also when consoles share a page.
    const answer = await fetch(address(), { headers: { "Seinpost-Seen": lastId } });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html");
      const kept = focusPlace();
      morph(document.getElementById("live"), fresh.getElementById("live"));
      setUnseen(Number(fresh.getElementById("badge")?.firstElementChild.textContent));
      restoreFocus(kept);
      tick();
    }
  } catch { /* the banner tells when the connection is gone */ }
  busy = false;
  refreshedAt = Date.now();
  if (again) { again = false; refreshSoon(); }
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

// Sound and desktop notification, after consent -----------------------------------------------------------------------

const sound = document.getElementById("sound");
const consent = () => localStorage.getItem("seinpost-sound") === "on";
let audio = null;

function beep(tones) {
  if (!consent()) return;
  audio ??= new AudioContext();
  tones.forEach((tone, index) => {
    const oscillator = audio.createOscillator();
    const volume = audio.createGain();
    const start = audio.currentTime + index * 0.22;
    oscillator.frequency.value = tone;
    volume.gain.setValueAtTime(0.12, start);
    volume.gain.exponentialRampToValueAtTime(0.001, start + 0.2);
    oscillator.connect(volume).connect(audio.destination);
    oscillator.start(start);
    oscillator.stop(start + 0.2);
  });
}

function showSound() {
  if (!sound) return;
  sound.setAttribute("aria-pressed", String(consent()));
  sound.textContent = consent() ? "Geluid en bureaubladmelding staan aan" : "Zet geluid en bureaubladmelding aan";
}

if (sound) sound.hidden = false;
showSound();
sound?.addEventListener("click", () => {
  localStorage.setItem("seinpost-sound", consent() ? "off" : "on");
  showSound();
  if (consent() && "Notification" in window) Notification.requestPermission();
  beep([660, 880]);
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
