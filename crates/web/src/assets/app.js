// Small conveniences; every page works without them.
"use strict";
document.addEventListener("click", (event) => {
  const back = event.target.closest("[data-back]");
  if (back && history.length > 1) { event.preventDefault(); history.back(); }
});
document.addEventListener("change", (event) => {
  if (!event.target.closest("[data-submit-on-change]")) return;
  const form = event.target.form;
  if (form.requestSubmit) form.requestSubmit(); else form.submit();
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
// What is typed into a record's form stays on this phone until it was handed in:
// a lost network or a closed page loses nothing.
for (const form of document.querySelectorAll("form[data-draft]")) {
  const key = "draft:" + form.dataset.draft;
  const fields = () => [...form.elements].filter((it) => it.name && !["hidden", "file", "submit"].includes(it.type));
  const clientKey = form.querySelector("[data-fresh]");
  try {
    const kept = JSON.parse(localStorage.getItem(key) || "null");
    // Not over a form that came back with what was typed, nor a returned record's.
    const fresh = !document.querySelector(".note.bad") && !form.elements.replaces.value;
    if (kept && fresh && Date.now() - kept.at < 7 * 86400000) {
      for (const it of fields()) {
        if (it.name === "date") continue;
        if (it.type === "checkbox") it.checked = kept.ticked.includes(it.name + "=" + it.value);
        else if (it.name in kept.values) it.value = kept.values[it.name];
      }
      // The same draft keeps its number: sent twice, it is one record.
      if (clientKey && kept.clientKey) clientKey.value = kept.clientKey;
      form.querySelectorAll("details").forEach((it) => { if ([...it.querySelectorAll("textarea,input[type=url]")].some((field) => field.value)) it.open = true; });
    }
  } catch (error) { localStorage.removeItem(key); }
  form.addEventListener("input", () => {
    const values = {}, ticked = [];
    for (const it of fields()) {
      if (it.type === "checkbox") { if (it.checked) ticked.push(it.name + "=" + it.value); }
      else values[it.name] = it.value;
    }
    try { localStorage.setItem(key, JSON.stringify({ at: Date.now(), values, ticked, clientKey: clientKey && clientKey.value })); } catch (error) { /* full: nothing to do */ }
  });
  form.addEventListener("submit", () => { try { sessionStorage.setItem("draft-sent", key); } catch (error) { /* private mode */ } });
}
if (document.querySelector("[data-draft-done]")) {
  try {
    const sent = sessionStorage.getItem("draft-sent");
    if (sent) { localStorage.removeItem(sent); sessionStorage.removeItem("draft-sent"); }
  } catch (error) { /* private mode */ }
}
document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-check-all]");
  if (!all) return;
  all.form.querySelectorAll(`input[name="${all.dataset.checkAll}"]:not(:disabled)`).forEach((it) => { it.checked = all.checked; });
});
// A browser that is not set to Chinese writes days in its own order: the day is
// said in Chinese beside the field.
for (const field of document.querySelectorAll("input[type=date]")) {
  const words = document.createElement("span");
  words.className = "date-words";
  const say = () => {
    const [year, month, day] = field.value.split("-").map(Number);
    const week = day ? "日一二三四五六"[new Date(year, month - 1, day).getDay()] : "";
    words.textContent = day ? `${year}年${month}月${day}日 星期${week}` : "";
  };
  say();
  field.addEventListener("input", say);
  field.after(words);
}
