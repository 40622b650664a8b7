// Copies the text of a report. Without this script one selects it by hand.
"use strict";

for (const button of document.querySelectorAll("[data-copy]")) {
  if (!navigator.clipboard) continue;
  const text = document.getElementById(button.dataset.copy);
  const said = document.getElementById(button.getAttribute("aria-describedby"));
  button.hidden = false;
  button.addEventListener("click", async () => {
    try {
      await navigator.clipboard.writeText(text.value);
      said.textContent = "Gekopieerd.";
    } catch {
      text.select();
      said.textContent = "Kopiëren lukte niet. De tekst is geselecteerd: druk op Ctrl+C.";
    }
  });
}
