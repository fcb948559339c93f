// Answers a question about a register: shows what an answer would change, writes it down, waits until it counts; takes it back.

const REST = 300; // milliseconds of quiet before it is looked ahead
const LOOK = 700; // milliseconds between looks whether it counts
const PATIENCE = 30_000;
const NAME = "parkwatt_name";

const language = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");
const waiting = new WeakMap();
const asked = new WeakMap();

async function post(path, body, signal) {
  return fetch(`/api/v1/events${path}?lang=${language()}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
    signal,
  });
}

const refusalOf = async (answer) => (await answer.json().catch(() => ({}))).detail ?? {};

function body(form) {
  const card = form.closest("[data-question]");
  const { values } = prefilled(form)[form.dataset.kind];
  const found = { meter: card.dataset.meter, quantity: card.dataset.quantity, kind: form.dataset.kind };
  for (const name of Object.keys(values)) found[name] = form.elements[name].value.trim() || null;
  for (const name of ["reason", "by"]) found[name] = form.elements[name].value.trim();
  return found;
}

const prefilled = (form) => JSON.parse(form.querySelector("[data-prefilled]").textContent);

function say(form, place, text) {
  const line = form.querySelector(place);
  line.textContent = text;
  line.hidden = !text;
}

async function preview(form) {
  asked.get(form)?.abort();
  const mine = new AbortController();
  asked.set(form, mine);
  try {
    const answer = await post("/preview", body(form), mine.signal);
    const told = answer.ok ? await answer.json() : { refusal: await refusalOf(answer) };
    if (asked.get(form) !== mine) return;
    say(form, "[data-outlook]", told.text ?? "");
    say(form, "[data-refused]", told.refusal ? (told.refusal.text ?? form.dataset.failed) : "");
    form.dataset.looks = told.contradicted ? "contradicted" : told.fits ? "fits" : "nothing";
  } catch (error) {
    if (error.name !== "AbortError") say(form, "[data-refused]", form.dataset.failed);
  }
}

function open(button) {
  const card = button.closest("[data-question]");
  const form = card.querySelector("form[data-decision]");
  form.dataset.kind = button.dataset.answer;
  const { values, asked: shown } = prefilled(form)[form.dataset.kind];
  for (const [name, value] of Object.entries(values)) form.elements[name].value = value;
  for (const field of form.querySelectorAll("[data-for]")) field.hidden = !shown.includes(field.dataset.for);
  const hint = form.querySelector(`[data-hint="${form.dataset.kind}"]`);
  say(form, "[data-meaning]", hint.content.textContent);
  for (const other of card.querySelectorAll("[data-answer]")) other.setAttribute("aria-expanded", String(other === button));
  form.elements.by.value ||= localStorage.getItem(NAME) ?? "";
  form.hidden = false;
  form.dataset.begun = "";
  say(form, "[data-refused]", "");
  preview(form);
  const first = [...form.querySelectorAll("input")].find((input) => input.offsetParent && !input.value);
  (first ?? form.elements.reason).focus();
}

function leave(form) {
  form.hidden = true;
  delete form.dataset.begun;
  for (const button of form.closest("[data-question]").querySelectorAll("[data-answer]")) button.setAttribute("aria-expanded", "false");
}

// Whether nothing of the meter's register asks at that time any more.
async function isCounted({ meter, quantity }, time) {
  const query = new URLSearchParams({ meter, open: "true", from: time, to: String(Number(time) + 1) });
  const answer = await fetch(`/api/v1/events?${query}`);
  if (!answer.ok) return false;
  return !(await answer.json()).events.some((event) => event.quantity === quantity);
}

async function follow(form, said) {
  const card = form.closest("[data-question]");
  const line = card.querySelector("[data-after]");
  const text = line.querySelector("span");
  for (const part of card.querySelectorAll(".ways, .ask")) part.hidden = true;
  line.hidden = false;
  text.textContent = form.dataset.counting;
  const until = Date.now() + PATIENCE;
  while (Date.now() < until) {
    await new Promise((done) => setTimeout(done, LOOK));
    if (await isCounted(said, card.dataset.time).catch(() => false)) {
      text.textContent = form.dataset.counted;
      card.dataset.settled = "";
      return;
    }
  }
  text.textContent = form.dataset.slow;
}

async function decide(form) {
  clearTimeout(waiting.get(form));
  const button = form.querySelector("[type=submit]");
  const said = body(form);
  button.disabled = true;
  try {
    const answer = await post("", said);
    if (answer.ok) {
      localStorage.setItem(NAME, said.by);
      leave(form);
      await follow(form, said);
    } else {
      const refusal = await refusalOf(answer);
      say(form, "[data-refused]", [refusal.text ?? form.dataset.failed, refusal.lines].filter(Boolean).join("\n"));
      [...form.querySelectorAll(".field:not([hidden]) input")].find((input) => !input.value)?.focus();
    }
  } catch {
    say(form, "[data-refused]", form.dataset.failed);
  }
  button.disabled = false;
}

async function withdraw(button) {
  button.disabled = true;
  let text = button.dataset.failed;
  try {
    const answer = await post("/withdraw", { decision: button.dataset.withdraw });
    if (answer.ok) {
      location.reload();
      return;
    }
    text = (await refusalOf(answer)).text ?? text;
  } catch {
    // said below
  }
  button.disabled = false;
  button.parentElement.querySelector(".fault")?.remove();
  const fault = Object.assign(document.createElement("p"), { className: "fault", textContent: text });
  fault.setAttribute("role", "alert");
  button.parentElement.append(fault);
}

export function begin() {
  document.addEventListener("click", ({ target }) => {
    const button = target.closest("[data-answer], [data-withdraw], [data-leave]");
    if (!button) return;
    if (button.dataset.withdraw) withdraw(button);
    else if (button.dataset.answer) open(button);
    else leave(button.form);
  });
  document.addEventListener("input", ({ target }) => {
    const form = target.closest("form[data-decision]");
    if (!form || ["reason", "by"].includes(target.name)) return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => preview(form), REST));
  });
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.decision === undefined) return;
    event.preventDefault();
    decide(event.target);
  });
  if (location.hash) document.getElementById(location.hash.slice(1))?.scrollIntoView();
}
