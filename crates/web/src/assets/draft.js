// The document beside its items. Everything works without this as links and forms.
"use strict";
(() => {
  const box = document.querySelector(".confirm");
  if (!box) return;
  box.classList.add("js");
  const byId = (id) => document.getElementById(id);
  const doc = box.querySelector(".doc-text");
  const view = (name) => { box.dataset.view = name; };
  if (!box.dataset.view) view(location.hash.startsWith("#s") ? "doc" : "items");

  // What points to what: a sentence names its items, an item its sentences.
  const others = (it) => {
    const names = it.matches(".item") ? it.dataset.s : it.dataset.i;
    return (names || "").split(" ").map(byId).filter(Boolean);
  };
  let lit = [];
  const light = (it) => {
    lit.forEach((one) => one.classList.remove("lit"));
    lit = it ? [it, ...others(it)] : [];
    lit.forEach((one) => one.classList.add("lit"));
  };
  const place = (event) => event.target.closest && event.target.closest(".item, .s.has");
  for (const name of ["mouseover", "focusin"]) {
    box.addEventListener(name, (event) => { const it = place(event); if (it && it !== lit[0]) light(it); });
  }
  box.addEventListener("mouseleave", () => light(null));

  const show = (it) => {
    const isText = it.matches(".s");
    view(isText ? "doc" : "items");
    const pane = it.closest(isText ? ".doc-text" : ".items-pane");
    if (pane && pane.scrollHeight > pane.clientHeight + 4 && getComputedStyle(pane).overflowY !== "visible") {
      const over = (pane.querySelector(".pane-head") || {}).offsetHeight || 48;
      pane.scrollTop += it.getBoundingClientRect().top - pane.getBoundingClientRect().top - over - 12;
    } else it.scrollIntoView({ block: "center" });
    it.focus({ preventScroll: true });
    light(it);
  };

  // The item before or after one, through all groups.
  const beside = (it, by) => {
    const all = [...box.querySelectorAll(".items-pane .item")];
    const at = all.indexOf(it);
    return all[at < 0 ? (by < 0 ? all.length - 1 : 0) : at + by] || null;
  };

  const form = box.querySelector(".select-form");
  const adder = form && form.querySelector("button");

  // The parts that came back take the place of those with the same id.
  const put = (html) => {
    const found = new DOMParser().parseFromString("<ol>" + html + "</ol>", "text/html").body;
    let card = null;
    for (const fresh of found.querySelectorAll(".item, #progress")) {
      const old = byId(fresh.id);
      if (old) old.replaceWith(fresh);
      else {
        const added = byId("added");
        let list = added.querySelector("ol");
        if (!list) { list = document.createElement("ol"); list.className = "items"; added.append(list); }
        list.prepend(fresh);
      }
      if (fresh.matches(".item")) card = fresh;
    }
    return card;
  };
  const fail = (words) => window.alert(words);
  const ask = async (url, body) => {
    try {
      const answer = await fetch(url, { method: body ? "POST" : "GET", body, headers: { "x-part": "1" }, redirect: "error" });
      const text = await answer.text();
      if (answer.ok || text.includes('class="item"')) return put(text);
      const words = new DOMParser().parseFromString(text, "text/html").querySelector(".words");
      fail(words ? words.textContent : "没有保存，请刷新页面后再试。");
    } catch (error) { fail("网络不通，没有保存。请稍后再试。"); }
    return null;
  };

  document.addEventListener("submit", async (event) => {
    const sent = event.target;
    if (!sent.matches(".decide, .item-form, .select-form")) return;
    event.preventDefault();
    if (sent.dataset.busy) return;
    sent.dataset.busy = "1";
    const body = new URLSearchParams(new FormData(sent, event.submitter));
    const item = sent.closest(".item");
    const next = item && beside(item, 1);
    const card = await ask(sent.action, body);
    delete sent.dataset.busy;
    if (!card) return;
    if (sent === form) { adder.hidden = true; show(card); const field = card.querySelector("[name=name]"); if (field) field.focus(); return; }
    const wrong = card.querySelector(".item-form .field-error, .item-form input");
    const step = event.submitter && event.submitter.value;
    if (wrong) (card.querySelector(".field-error") || wrong).scrollIntoView({ block: "center" });
    else if (next && next.isConnected && step !== "undo") (next.querySelector("button") || card).focus();
    else card.focus();
  }, true);

  box.addEventListener("click", async (event) => {
    const link = event.target.closest("a");
    if (!link) return;
    const href = link.getAttribute("href") || "";
    if (link.matches(".switch a")) { event.preventDefault(); view(href.slice(1)); return; }
    if (link.matches("[data-edit], [data-close]")) {
      const card = link.closest(".item");
      if (link.matches("[data-close]")) {
        if (!byId("confirm")) return;
        event.preventDefault();
        location.hash = card.id; location.reload();
        return;
      }
      event.preventDefault();
      const open = await ask(link.href);
      const field = open && open.querySelector("[name=name]");
      if (field) field.focus();
      return;
    }
    if (href.startsWith("#")) {
      const there = byId(href.slice(1));
      if (!there || String(getSelection())) return;
      event.preventDefault();
      history.replaceState(null, "", href);
      show(there);
    }
  });

  // By key, wherever nothing is being typed: the item that has the focus, or the lit one.
  const keys = {
    j: (it) => beside(it, 1), k: (it) => beside(it, -1),
    a: "button[value=accept]", d: "button[value=drop]", u: "button[value=undo]", e: "[data-edit]", o: "a.quote",
  };
  document.addEventListener("keydown", (event) => {
    const key = keys[event.key.toLowerCase()];
    const typing = event.target.closest && event.target.closest("input, textarea, select, [contenteditable], dialog");
    if (!key || typing || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    const focus = document.activeElement;
    const own = focus && focus.closest(".item");
    const here = own || lit.find((one) => one.isConnected && one.matches(".item")) || null;
    if (typeof key === "function") {
      const next = key(here);
      if (next) { event.preventDefault(); show(next); }
      return;
    }
    const press = here && here.querySelector(key);
    if (press) { event.preventDefault(); press.click(); }
  });

  // A selection in the document, counted from the start of its lines.
  const unit = (node, offset) => {
    const line = (node.nodeType === 1 ? node : node.parentElement).closest("[data-o]");
    if (!line || !doc.contains(line)) return null;
    const range = document.createRange();
    range.setStart(line, 0);
    range.setEnd(node, offset);
    return Number(line.dataset.o) + range.toString().length;
  };
  if (form && doc) {
    document.addEventListener("selectionchange", () => {
      const chosen = getSelection();
      const range = chosen.rangeCount ? chosen.getRangeAt(0) : null;
      const inside = range && !chosen.isCollapsed && doc.contains(range.commonAncestorContainer);
      const from = inside ? unit(range.startContainer, range.startOffset) : null;
      let to = inside ? unit(range.endContainer, range.endOffset) : null;
      if (inside && from !== null && to === null) to = from + range.toString().length;
      const fits = from !== null && to !== null && from < to;
      if (fits) { form.elements.from.value = from; form.elements.to.value = to; }
      // The button's own focus must not make it vanish before it is pressed.
      if (fits || document.activeElement !== adder) { adder.hidden = !fits; adder.disabled = !fits; }
    });
    adder.addEventListener("mousedown", (event) => event.preventDefault());
  }
  const start = location.hash.length > 1 && byId(decodeURIComponent(location.hash.slice(1)));
  if (start && start.matches(".item, .s")) show(start);
})();
