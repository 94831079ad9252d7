"use strict";
const words = JSON.parse(document.getElementById("words").textContent);
const root = document.documentElement;
const every = (selector, from = document) => [...from.querySelectorAll(selector)];
let open = null;

function say(name, values = {}) {
  return words[root.lang][name].replace(/\{(\w+)\}/g, (_, key) => shown(values[key] ?? ""));
}

// Grouped by three with a no-break space; Russian and Kazakh have a decimal comma.
function shown(value) {
  if (value.say) return say(value.say);
  if (typeof value === "string") return value;
  if (Number.isInteger(value)) return String(value).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return String(value).replace(".", root.lang === "en" ? "." : ",");
}

function speak(element) {
  element.textContent = say(element.dataset.t, JSON.parse(element.dataset.v || "{}"));
}

// Thousands of pages of findings need not change at once: each does when it is opened or printed.
function speakIn(part) {
  if (part.lang === root.lang) return;
  part.lang = root.lang;
  every("[data-t]", part).forEach(speak);
  if (part.dataset.t) speak(part);
}

function setLanguage(lang) {
  root.lang = lang;
  every("head, .skip, header, #overview, footer").forEach(speakIn);
  if (open) speakIn(open);
  every("[data-t-aria-label]").forEach((e) => e.setAttribute("aria-label", say(e.getAttribute("data-t-aria-label"))));
  every("[data-t-placeholder]").forEach((e) => { e.placeholder = say(e.getAttribute("data-t-placeholder")); });
  every("[data-lang]").forEach((e) => e.setAttribute("aria-pressed", String(e.dataset.lang === lang)));
}
every("[data-lang]").forEach((e) => e.addEventListener("click", () => setLanguage(e.dataset.lang)));

document.getElementById("theme").addEventListener("click", () => {
  const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  root.dataset.theme = dark ? "light" : "dark";
});

// One finding is a page of its own: the address names it, so that a link to it can be sent.
function prepare(article) {
  speakIn(article);
  article.classList.add("open");
  if (article.dataset.ready) return;
  article.dataset.ready = true;
  const turn = document.createElement("span");
  turn.className = "turn";
  for (const [name, other] of [["previous", article.previousElementSibling], ["following", article.nextElementSibling]]) {
    if (other) turn.append(worded(document.createElement("a"), `html.${name}`, { href: `#${other.id}` }));
  }
  article.querySelector(".crumbs").append(turn);
  if (navigator.clipboard) every("pre", article).forEach((pre) => pre.before(copier(pre)));
}

function worded(element, name, attributes = {}) {
  element.dataset.t = name;
  speak(Object.assign(element, attributes));
  return element;
}

function copier(pre) {
  const button = worded(document.createElement("button"), "html.copy", { type: "button", className: "copy" });
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(pre.textContent);
    worded(button, "html.copied");
    setTimeout(() => worded(button, "html.copy"), 2000);
  });
  return button;
}

function route() {
  const left = open;
  const meant = location.hash ? document.getElementById(location.hash.slice(1)) : null;
  open = meant?.matches("article.finding") ? meant : null;
  left?.classList.remove("open");
  if (open) prepare(open);
  document.body.classList.toggle("one", Boolean(open));
  if (open) {
    open.querySelector("h1").focus({ preventScroll: true });
    scrollTo(0, 0);
  } else if (left && meant) {
    const row = meant.id === "findings" && document.querySelector(`#table tr:not([hidden]) a[href="#${left.id}"]`);
    (row || meant).scrollIntoView({ block: row ? "center" : "start" });
    (row || meant).focus({ preventScroll: true });
  }
}
document.body.classList.add("paged");
addEventListener("beforeprint", () => every("article.finding").forEach(speakIn));
addEventListener("hashchange", route);
route();

const form = document.getElementById("filters");
const rows = every("#table tbody tr");

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const terms = wanted.text.toLowerCase().split(/\s+/);
  for (const row of rows) {
    // Names are sought as they are written and as the page says them now.
    const text = row.dataset.text + " " + row.textContent.toLowerCase();
    const fits = ["category", "protection", "confidence"].every((key) => !wanted[key] || row.dataset[key] === wanted[key]);
    row.hidden = !(fits && terms.every((term) => text.includes(term)));
  }
  const shown = rows.filter((row) => !row.hidden).length;
  const told = document.querySelector("#shown [data-t]");
  told.dataset.v = JSON.stringify({ ...JSON.parse(told.dataset.v), shown });
  speak(told);
  document.getElementById("empty").hidden = shown > 0;
}

function sort(head) {
  const index = head.cellIndex;
  const down = head.getAttribute("aria-sort") !== "descending";
  every("#table th").forEach((e) => e.removeAttribute("aria-sort"));
  head.setAttribute("aria-sort", down ? "descending" : "ascending");
  const key = (row) => row.cells[index].dataset.key;
  const order = new Intl.Collator(root.lang, { numeric: true });
  const compare = (a, b) => order.compare(key(a), key(b)) || a.dataset.rank - b.dataset.rank;
  rows.sort((a, b) => (down ? -compare(a, b) : compare(a, b)));
  document.querySelector("#table tbody").append(...rows);
}

if (form) {
  form.addEventListener("input", filter);
  form.addEventListener("reset", () => setTimeout(filter));
  form.addEventListener("submit", (event) => event.preventDefault());
  every("#table th").forEach((head) => head.firstElementChild.addEventListener("click", () => sort(head)));
}
