// The page: what is typed is read at once, then what the open tab asks for is asked; the address says it all.

const $ = (id) => document.getElementById(id);
const TABS = {
  gradient: "Gradient", jacobian: "Jacobian", hessian: "Hessian", solve: "Solve", check: "Check mine", code: "Code",
  latex: "LaTeX",
};
const OPTIONS = {
  steps: { label: "Steps", of: ["gradient", "jacobian", "hessian", "solve", "latex"],
    choices: { textbook: "as in a textbook", full: "every law", none: "none" } },
  layout: { label: "Layout", of: ["gradient", "jacobian"],
    choices: { "": "usual", denominator: "denominator", numerator: "numerator" } },
  backend: { label: "Library", of: ["code"], choices: { numpy: "NumPy", jax: "JAX", torch: "PyTorch", julia: "Julia", matlab: "MATLAB" } },
  outputs: { label: "Returns", of: ["code"],
    choices: { "value,gradient": "value and gradient", "value,gradient,hessian": "value, gradient and Hessian",
      "value,gradient,hvp": "value, gradient and Hessian times a vector", jacobian: "Jacobian", value: "value" } },
};
const SIGNS = ["ᵀ", "⁻¹", "‖‖²", "⊙", "⊗", "∑ᵢ", "√", "λ", "μ", "Σ", "θ", "½"];
const USUAL = { text: "‖Xw − y‖²", where: "", wrt: "", kind: "gradient", of: "gradient", steps: "textbook", layout: "",
  backend: "numpy", outputs: "value,gradient", derivation: "" };
const state = { ...USUAL };
let told = {}; // what was read last
let unchecked = null; // what was asked for the answer that stands there, if it has still to be checked

// ---- asking -------------------------------------------------------------------------------------------

const python = document.documentElement.dataset.python; // where there is no server, but Python in the browser
const waiting = new Map();
const worker = python && begun();
let beside; // a second one, that checks what the first has answered

function begun() {
  const made = new Worker(python, { type: "module" });
  made.addEventListener("message", ({ data }) => {
    waiting.get(data.id)(JSON.parse(data.found));
    waiting.delete(data.id);
  });
  return made;
}

worker?.addEventListener("message", () => { // once it works, it is kept, and then needs no network
  navigator.serviceWorker?.register("offline.js").catch(() => {});
}, { once: true });

async function post(method, content, to = worker) {
  if (to) return new Promise((resolve) => {
    const id = post.count = (post.count || 0) + 1;
    waiting.set(id, resolve);
    to.postMessage({ id, method, content });
  });
  try {
    const response = await fetch(`api/${method}`, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(content) });
    const found = await response.json();
    return found.refused ? { error: { message: found.refused } } : found;
  } catch {
    return { error: { message: "The server does not answer.", suggestion: "Is `matdiff serve` still running?" } };
  }
}

class Asker { // asks one thing at a time; of what is asked meanwhile, the last
  constructor(method, show, waiting, of = () => worker) {
    Object.assign(this, { method, show, waiting, of, busy: false, next: null });
  }

  async ask(content) {
    this.next = content;
    if (this.busy) return;
    this.busy = true;
    while (this.next) {
      const asked = this.next;
      this.next = null;
      const timer = setTimeout(() => this.waiting(true), 200);
      const found = await post(this.method, asked, this.of());
      clearTimeout(timer);
      if (!this.next) { this.waiting(false); this.show(found, asked); }
    }
    this.busy = false;
  }

  drop() { this.next = null; }
}

const reader = new Asker("read", showReading, (on) => $("reading").classList.toggle("stale", on));
const answerer = new Asker("answer", showAnswer, (on) => $("answer").setAttribute("aria-busy", on));
const checker = new Asker("answer", showChecked, () => {}, () => beside ??= begun());

// ---- the reading --------------------------------------------------------------------------------------

function unknowns() { return state.wrt ? state.wrt.split(",") : told.suggested || []; }

function read() {
  save();
  reader.ask({ text: state.text, where: state.where, wrt: [] });
}

function showReading(found) {
  told = found;
  const error = found.error;
  mark(error && error.field === "text" ? error.span : null);
  $("where").setAttribute("aria-invalid", Boolean(error && error.field === "where"));
  $("said").replaceChildren(...(error ? [errorBox(error)] : []));
  $("reading").hidden = Boolean(error);
  if (!error) {
    $("formula").innerHTML = (found.html || "") + (found.beside || [])
      .map((html) => `<div class="beside">subject to ${html}</div>`).join("");
    $("notes").replaceChildren(...(found.notes || []).map((note) => element("li", note)));
    const names = (found.symbols || []).map((symbol) => symbol.name);
    state.wrt = state.wrt.split(",").filter((name) => names.includes(name)).join(",");
    $("unknowns").replaceChildren(...chips(found.symbols || []));
  }
  ask();
}

function chips(symbols) {
  if (!symbols.length) return [];
  const chosen = unknowns();
  const label = element("span", state.kind === "solve" ? "solve for" : "derive by");
  return [label, ...symbols.map((symbol) => {
    const chip = element("button");
    chip.type = "button";
    chip.innerHTML = symbol.html;
    chip.append(element("small", symbol.kind));
    chip.className = symbol.definition ? "definition" : "";
    chip.title = symbol.definition ? "a definition" : symbol.shown;
    chip.setAttribute("aria-pressed", chosen.includes(symbol.name));
    chip.addEventListener("click", () => choose(symbol.name));
    return chip;
  })];
}

function choose(name) {
  const chosen = unknowns();
  const left = chosen.includes(name) ? chosen.filter((n) => n !== name) : [...chosen, name];
  if (!left.length) return;
  state.wrt = left.join(",");
  for (const [k, chip] of [...$("unknowns").querySelectorAll("button")].entries())
    chip.setAttribute("aria-pressed", left.includes(told.symbols[k].name));
  save();
  ask();
}

function mark(span) { // the place of an error, below what is typed; places are counted in whole signs
  const signs = Array.from(state.text);
  const [start, end] = span || [signs.length, signs.length];
  const wrong = element("mark", signs.slice(start, Math.max(end, start + 1)).join("") || (span ? " " : ""));
  $("marks").replaceChildren(signs.slice(0, start).join(""), ...(span ? [wrong] : []),
    signs.slice(Math.max(end, start + 1)).join("") + "\n");
}

function errorBox(error) {
  const box = element("div");
  box.className = "error";
  const line = element("p");
  line.append(element("strong", error.message));
  if (error.suggestion) line.append(`\n${error.suggestion}`);
  box.append(line);
  const lines = (error.excerpt || "").split("\n");
  const caret = lines.findIndex((text) => /^ *\^+$/.test(text));
  if (caret > 0) box.append(element("pre", lines.slice(caret - 1, caret + 1).join("\n")));
  return box;
}

// ---- the answer ---------------------------------------------------------------------------------------

function ask() {
  unchecked = null;
  checker.drop();
  const reads = state.kind === "check" ? state.derivation.trim() : state.text.trim() && !told.error;
  if (!reads) {
    answerer.drop();
    const hint = state.kind === "check" ? "Write or paste a derivation: the first wrong line is found, and put right."
      : state.text.trim() ? "The answer stands here as soon as the formula can be read."
        : "Type a formula, or take an example.";
    $("answer").replaceChildren(hintBox(hint));
    $("answer").setAttribute("aria-busy", false);
    document.querySelector(".copies").replaceChildren();
    return;
  }
  const isArray = told.scalar === false; // which has no gradient
  const kind = state.kind !== "latex" ? state.kind : isArray && state.of === "gradient" ? "jacobian" : state.of;
  answerer.ask({
    kind, text: state.text, where: state.where, wrt: state.wrt || !(told.asked || []).length ? unknowns() : [],
    steps: state.steps, layout: ["gradient", "jacobian"].includes(kind) ? state.layout : "", backend: state.backend,
    outputs: isArray && state.outputs.includes("gradient") ? "value,jacobian" : state.outputs, derivation: state.kind === "check" ? state.derivation : "",
    check: python ? "later" : "",
  });
}

function hintBox(words) {
  const box = element("p", words);
  box.className = "hint";
  return box;
}

function showChecked(found, asked) { // unless something else is asked for by now
  if (asked === unchecked) showAnswer(found, asked);
}

function showAnswer(found, asked) {
  const answer = $("answer");
  const copies = document.querySelector(".copies");
  copies.replaceChildren();
  if (found.error) {
    answer.replaceChildren(errorBox(found.error));
    if (state.kind === "gradient" && told.scalar === false) answer.append(jacobianButton());
    return;
  }
  if (state.kind === "latex") answer.replaceChildren(element("pre", found.copies.LaTeX));
  else {
    answer.innerHTML = `<div class="matdiff">${found.html}</div>`;
    for (const fold of answer.querySelectorAll("details")) {
      fold.open = localStorage.getItem("folded") !== "yes";
      fold.addEventListener("toggle", () => localStorage.setItem("folded", fold.open ? "no" : "yes"));
    }
    for (const law of answer.querySelectorAll(".law[title]")) tipped(law);
  }
  for (const box of answer.querySelectorAll("pre, .wide, .head")) // which the arrow keys move, where it is too wide
    if (box.scrollWidth > box.clientWidth) box.tabIndex = 0;
  if (found.unchecked) {
    unchecked = { ...asked, check: "" };
    answer.append(hintBox("It is being checked …"));
    checker.ask(unchecked);
  }
  const shown = state.kind === "latex" ? { LaTeX: found.copies.LaTeX } : found.copies;
  copies.append(...Object.entries(shown).map(([name, text]) => {
    const button = element("button", `Copy ${name}`);
    button.type = "button";
    button.addEventListener("click", () => copy(text, button));
    return button;
  }));
}

function jacobianButton() {
  const button = element("button", "Show its Jacobian");
  button.type = "button";
  button.addEventListener("click", () => open("jacobian"));
  return button;
}

async function copy(text, button) {
  const before = button.textContent;
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    button.textContent = "Not allowed here";
  }
  setTimeout(() => { button.textContent = before; }, 1200);
}

function tipped(law) { // what a law states, for the pointer, the keyboard and the finger
  const words = law.title;
  const tip = $("tip");
  law.removeAttribute("title");
  law.tabIndex = 0;
  law.setAttribute("aria-describedby", "tip");
  const show = () => {
    tip.textContent = words;
    tip.hidden = false;
    const place = law.getBoundingClientRect();
    const left = Math.min(place.left, innerWidth - tip.offsetWidth - 12);
    tip.style.left = `${Math.max(8, left) + scrollX}px`;
    tip.style.top = `${place.bottom + scrollY + 6}px`;
  };
  const hide = () => { tip.hidden = true; };
  law.addEventListener("mouseenter", show);
  law.addEventListener("focus", show);
  law.addEventListener("mouseleave", hide);
  law.addEventListener("blur", hide);
}

// ---- tabs and options ---------------------------------------------------------------------------------

function open(kind) {
  state.kind = kind;
  if (!["check", "code", "latex"].includes(kind)) state.of = kind;
  if (kind === "check" && !state.derivation.trim()) {
    state.derivation = state.text.trim() ? `f(${unknowns().join(", ")}) = ${state.text.trim()}\n∇f = ` : "";
    $("derivation").value = state.derivation;
  }
  arrange();
  save();
  if (!told.error) $("unknowns").replaceChildren(...chips(told.symbols || []));
  ask();
}

function arrange() {
  for (const tab of document.querySelectorAll("[role=tab]")) {
    const chosen = tab.dataset.kind === state.kind;
    tab.setAttribute("aria-selected", chosen);
    tab.tabIndex = chosen ? 0 : -1;
  }
  $("panel").setAttribute("aria-labelledby", `tab-${state.kind}`);
  $("derivation-field").hidden = state.kind !== "check";
  document.querySelector(".options").replaceChildren(...Object.entries(OPTIONS)
    .filter(([, option]) => option.of.includes(state.kind)).map(([name, option]) => choice(name, option)));
}

function choice(name, option) {
  const label = element("label", option.label);
  const select = element("select");
  for (const [value, words] of Object.entries(option.choices)) select.append(new Option(words, value));
  select.value = state[name];
  select.addEventListener("change", () => { state[name] = select.value; save(); ask(); });
  label.append(select);
  return label;
}

function element(tag, text) {
  const made = document.createElement(tag);
  if (text !== undefined) made.textContent = text;
  return made;
}

// ---- the address --------------------------------------------------------------------------------------

function save() {
  const said = Object.entries(state).filter(([name, value]) => value !== USUAL[name] || name === "text");
  history.replaceState(null, "", `#${new URLSearchParams(said)}`);
  document.title = state.text.trim() ? `${state.text.trim().slice(0, 60)} · matdiff` : "matdiff";
}

function load() {
  const said = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
  for (const name of Object.keys(USUAL)) state[name] = said[name] ?? USUAL[name];
  if (!(state.kind in TABS)) state.kind = "gradient";
  show();
}

function show() { // puts the state on the page, and asks
  $("text").value = state.text;
  $("where").value = state.where;
  $("derivation").value = state.derivation;
  told = {};
  fit();
  mark(null);
  arrange();
  read();
}

function fit() { // the editor is as high as its text
  $("text").rows = Math.max(1, state.text.split("\n").length);
}

// ---- the page -----------------------------------------------------------------------------------------

function later(act, wait) { // when nothing more has been typed for a moment
  let timer;
  return () => { clearTimeout(timer); timer = setTimeout(act, wait); };
}

const readSoon = later(read, 120);
const askSoon = later(() => { save(); ask(); }, 500);

$("text").addEventListener("input", () => { state.text = $("text").value; fit(); mark(null); readSoon(); });
$("where").addEventListener("input", () => { state.where = $("where").value; readSoon(); });
$("derivation").addEventListener("input", () => { state.derivation = $("derivation").value; askSoon(); });
addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) { read(); $("panel").focus(); }
  if (event.key === "Escape") $("tip").hidden = true;
});
addEventListener("hashchange", load);

for (const sign of SIGNS) {
  const button = element("button", sign);
  button.type = "button";
  button.setAttribute("aria-label", `insert ${sign}`);
  button.addEventListener("click", () => {
    const field = $("text");
    field.setRangeText(sign, field.selectionStart, field.selectionEnd, "end");
    if (sign.startsWith("‖")) field.selectionStart = field.selectionEnd -= 2; // between the bars
    field.focus();
    field.dispatchEvent(new Event("input"));
  });
  document.querySelector(".palette").append(button);
}

const tabs = document.querySelector(".tabs");
for (const [kind, words] of Object.entries(TABS)) {
  const tab = element("button", words);
  Object.assign(tab, { type: "button", id: `tab-${kind}`, role: "tab" });
  tab.dataset.kind = kind;
  tab.setAttribute("aria-controls", "panel");
  tab.addEventListener("click", () => open(kind));
  tabs.append(tab);
}
tabs.addEventListener("keydown", (event) => {
  const kinds = Object.keys(TABS);
  const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (!step) return;
  open(kinds[(kinds.indexOf(state.kind) + step + kinds.length) % kinds.length]);
  $(`tab-${state.kind}`).focus();
});

$("show-help").addEventListener("click", () => $("help").showModal());
$("copy-link").addEventListener("click", (event) => copy(location.href, event.currentTarget));
$("show-examples").addEventListener("click", async () => {
  const gallery = $("examples").querySelector(".gallery");
  $("examples").showModal();
  if (gallery.children.length) return;
  const found = await post("examples", {});
  if (found.error) gallery.append(errorBox(found.error));
  for (const { title, html, ...example } of found.examples || []) {
    const card = element("button");
    card.type = "button";
    const formula = element("div");
    formula.className = "matdiff";
    formula.innerHTML = html;
    card.append(element("span", title), formula);
    card.addEventListener("click", () => {
      $("examples").close();
      Object.assign(state, USUAL, example);
      state.of = ["check", "code", "latex"].includes(state.kind) ? "gradient" : state.kind;
      show();
    });
    gallery.append(card);
  }
});
for (const dialog of document.querySelectorAll("dialog"))
  dialog.addEventListener("click", (event) => { if (event.target === dialog) dialog.close(); });

if (python) $("answer").append(hintBox("Python is being loaded into the browser: some seconds, once."));
load();
