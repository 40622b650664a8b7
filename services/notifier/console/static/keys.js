// Shortcuts of one key, listed under "Toetsen", where they can be switched off. Without this script Tab and Enter do all.
"use strict";

const keys = document.getElementById("keys");
const keysOn = document.getElementById("keys-on");
const keysOpen = document.getElementById("keys-open");
const useKeys = () => localStorage.getItem("seinpost-keys") !== "off";
const cards = () => [...document.querySelectorAll("article.card")];
const here = () => document.activeElement?.closest("article.card");

function goTo(card) {
  const title = card?.querySelector("[data-focus=title]");
  if (!title) return;
  title.focus({ preventScroll: true });
  card.scrollIntoView({ block: "nearest" });
}

function step(by) {
  const all = cards();
  const at = all.indexOf(here());
  goTo(all[at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(all.length - 1, Math.max(0, at + by))]);
}

function press(action) {
  // On the page of one alert it is that one; among cards the one that has the focus.
  const place = cards().length ? here() : document.getElementById("live");
  const button = place?.querySelector(`form[action$="/${action}"] button`);
  if (button) button.click();
  else announce.textContent = cards().length && !place ? "Kies eerst een kaart: toets j." : "Dat kan hier niet.";
}

const DO = {
  "?": () => keys.showModal(),
  j: () => step(1),
  k: () => step(-1),
  u: () => goTo(document.querySelector("article.card--unseen")),
  g: () => press("gezien"),
  o: () => press("oppakken"),
  a: () => document.getElementById("uitkomst")?.querySelector("input")?.focus(),
};

document.addEventListener("keydown", (event) => {
  if (!useKeys() || event.ctrlKey || event.altKey || event.metaKey || event.repeat || keys.open) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const link = /^[1-9]$/.test(event.key) ? document.querySelectorAll(".menu__link")[event.key - 1] : null;
  const task = link ? () => link.click() : Object.hasOwn(DO, event.key) ? DO[event.key] : null;
  if (!task) return;
  event.preventDefault();
  task();
});

keysOpen.hidden = false;
keysOpen.addEventListener("click", () => keys.showModal());
keysOn.checked = useKeys();
keysOn.addEventListener("change", () => localStorage.setItem("seinpost-keys", keysOn.checked ? "on" : "off"));
