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

// One finding is a page of its own: the address names it, so that a link to it can be sent. All of them wait in a template,
// which costs nothing until one is opened.
const pages = document.getElementById("pages").content;
const facts = document.getElementById("facts").content;

function prepared(page) {
  const article = page.cloneNode(true);
  const turn = document.createElement("span");
  turn.className = "turn";
  for (const [name, other] of [["previous", page.previousElementSibling], ["following", page.nextElementSibling]]) {
    if (other) turn.append(worded(document.createElement("a"), `html.${name}`, { href: `#${other.id}` }));
  }
  article.querySelector(".crumbs").append(turn);
  const list = article.querySelector("[data-facts]");
  for (const id of list.dataset.facts.split(" ").filter(Boolean)) list.append(facts.querySelector(`[data-fact="${id}"]`).cloneNode(true));
  if (navigator.clipboard) every("pre", article).forEach((pre) => pre.before(copier(pre)));
  if (article.querySelector(".triage")) marking(article);
  speakIn(article);
  return article;
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
  const name = location.hash.slice(1);
  const page = name.startsWith("f-") ? pages.getElementById(name) : null;
  const meant = name && !page ? document.getElementById(name) : null;
  open = page && prepared(page);
  document.getElementById("details").replaceChildren(...(open ? [open] : []));
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

const form = document.getElementById("filters");
const rows = every("#table tbody tr:not(.group)");
const groups = every("#table tbody");
const step = 200; // rows at a time: thousands are found by the search, and not by scrolling
let room = step;

function filter() {
  const wanted = Object.fromEntries(new FormData(form));
  const terms = wanted.text.toLowerCase().split(/\s+/);
  let fitting = 0;
  for (const row of rows) {
    // Names are sought as they are written and as the page says them now.
    const text = row.dataset.text + " " + row.textContent.toLowerCase();
    const fits = ["category", "protection", "confidence"].every((key) => !wanted[key] || row.dataset[key] === wanted[key]);
    const found = fits && terms.every((term) => text.includes(term));
    row.hidden = !found || fitting >= room;
    row.classList.remove("later");
    fitting += found;
  }
  for (const group of groups) group.firstElementChild.hidden = !group.querySelector("tr:not(.group):not([hidden])");
  document.getElementById("more").hidden = fitting <= room;
  const shown = Math.min(fitting, room);
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
  groups[0].append(...rows); // the groups are for the order by risk alone
  document.getElementById("table").classList.remove("grouped");
  filter();
}

// Back to the groups, the worst first.
function regroup() {
  const table = document.getElementById("table");
  if (table.classList.contains("grouped")) return;
  every("#table th").forEach((e) => e.removeAttribute("aria-sort"));
  rows.sort((a, b) => a.dataset.rank - b.dataset.rank);
  rows.forEach((row) => homes.get(row).append(row));
  table.classList.add("grouped");
}
const homes = new Map(rows.map((row) => [row, row.parentElement]));

if (form) {
  const anew = () => { room = step; filter(); };
  form.addEventListener("input", anew);
  form.addEventListener("reset", () => setTimeout(() => { regroup(); anew(); }));
  document.getElementById("more").addEventListener("click", () => { room += step; filter(); });
  form.addEventListener("submit", (event) => event.preventDefault());
  every("#table th[data-sort]").forEach((head) => head.firstElementChild.addEventListener("click", () => sort(head)));
  filter();
}

// What somebody decided about findings; it goes nowhere but into the file that is saved.
const marks = new Map();

// Suppressions are globs: a name means itself only.
const literal = (name) => name.replace(/[[*?]/g, "[$&]");

function marking(article) {
  const mark = article.querySelector(".triage");
  const { target, place, entity } = article.dataset;
  const undo = mark.querySelector("[type=reset]");
  const known = marks.get(article.id);
  if (known) {
    Object.entries(known.given).forEach(([name, value]) => { mark.elements[name].value = value; });
    undo.hidden = false;
  }
  mark.addEventListener("submit", (event) => {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(mark));
    const words = given.as === "false" ? `${say("html.mark_false")}: ${given.reason.trim()}` : given.reason.trim();
    if (!given.reason.trim()) return;
    const entry = { place: literal(place), entity: literal(entity), reason: words, expires: given.expires, target: literal(target), ...(given.as === "false" && { verdict: "false" }) };
    marks.set(article.id, { given, entry });
    undo.hidden = false;
    told();
  });
  undo.addEventListener("click", () => { marks.delete(article.id); undo.hidden = true; told(); });
}

function told() {
  const line = document.getElementById("marked");
  line.hidden = !marks.size;
  line.firstElementChild.dataset.v = JSON.stringify({ count: marks.size });
  worded(line.firstElementChild, "html.marked");
  every("#table tbody a").forEach((link) => link.classList.toggle("known", marks.has(link.hash.slice(1))));
  document.getElementById("details").dataset.marked = marks.size;
}

document.getElementById("save")?.addEventListener("click", () => {
  const kept = { schema: "piiguard.baseline/1", findings: [], suppressions: [...marks.values()].map((mark) => mark.entry) };
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([JSON.stringify(kept, null, 1) + "\n"], { type: "application/json" }));
  link.download = "triage.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60000);
  saved = marks.size;
});
let saved = 0;
addEventListener("beforeunload", (event) => { if (marks.size > saved) event.preventDefault(); });

addEventListener("hashchange", route);
route();
