// Small conveniences; every page works without them.
"use strict";
document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back]");
  if (back && history.length > 1) { event.preventDefault(); history.back(); }
});
document.addEventListener("change", (event) => {
  if (event.target.closest("[data-submit-on-change]")) event.target.form.requestSubmit();
});
// A form is sent once, however often the button is tapped.
document.addEventListener("submit", (event) => {
  const form = event.target;
  const words = form.dataset.confirm;
  if (words && !window.confirm(words)) { event.preventDefault(); return; }
  if (form.method !== "post" || event.defaultPrevented) return;
  setTimeout(() => form.querySelectorAll("button[type=submit]").forEach((button) => { button.disabled = true; }), 0);
});
window.addEventListener("pageshow", () => {
  document.querySelectorAll("button[type=submit]:disabled:not([data-off])").forEach((button) => { button.disabled = false; });
});
// A running job's page looks again by itself.
for (const it of document.querySelectorAll("[data-reload-ms]")) {
  setTimeout(() => location.reload(), Number(it.dataset.reloadMs));
}
