// Sound and desktop notifications, after consent. Without this script the page itself is all there is.
"use strict";

const sound = document.getElementById("sound");
const consent = () => localStorage.getItem("seinpost-sound") === "on";
let audio = null;

// Browsers keep a page silent until somebody has touched it: then it must not look as if it could be heard.
const canSound = () => audio?.state === "running";

function prepare() {
  if (audio !== null) return;
  audio = new AudioContext();
  audio.addEventListener("statechange", showSound);
}

function beep(tones) {
  // What could not sound in its time is not to be heard later.
  if (!consent() || !canSound()) return;
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

function notify(text, tag) {
  // Visible is not the same as looked at: an operator works on other screens.
  const away = document.hidden || !document.hasFocus();
  if (!away || !consent() || !("Notification" in window) || Notification.permission !== "granted") return;
  try {
    const shown = new Notification("Seinpost", { body: text, tag });
    shown.onclick = () => { window.focus(); shown.close(); };
  } catch { /* some systems allow none from a page; there is sound, and the page itself */ }
}

function showSound() {
  if (!sound) return;
  const waits = consent() && !canSound();
  sound.setAttribute("aria-pressed", String(consent()));
  sound.textContent = waits ? "Geluid wacht: klik hier" : consent() ? "Geluid aan" : "Geluid uit";
  sound.classList.toggle("top__sound--waits", waits);
  const refused = consent() && "Notification" in window && Notification.permission === "denied";
  sound.title = refused ? "Deze browser staat geen bureaubladmeldingen toe." : "Geluid en bureaubladmelding bij een nieuwe melding";
}

function unlock() {
  if (!sound || !consent() || canSound()) return Promise.resolve();
  prepare();
  return audio.resume().then(showSound, () => {});
}

if (sound) sound.hidden = false;
if (sound && consent()) prepare();
showSound();
sound?.addEventListener("click", () => {
  const waits = consent() && !canSound();
  if (!waits) localStorage.setItem("seinpost-sound", consent() ? "off" : "on");
  showSound();
  unlock().then(() => beep([660, 880]));
  if (consent() && "Notification" in window) Notification.requestPermission().then(showSound);
});
for (const touched of ["pointerdown", "keydown"]) {
  document.addEventListener(touched, (event) => { if (!sound?.contains(event.target)) unlock(); });
}
