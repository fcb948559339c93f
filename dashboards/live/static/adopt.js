// Adopts a meter: shows the lines before they are written, says beside each field what is wrong with it; and undoes.

const REST = 250; // milliseconds of quiet before the lines are asked for
let form = null;
let choices = null;
let waiting = 0;
let asked = null;
let version = null;
const touched = new Set();

const word = (key, fill = {}) => (choices.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => fill[name] ?? "");
const field = (name) => form.elements[name];
const label = ([id, name]) => (name && name !== id ? `${name} · ${id}` : id);

// What is chosen from a list is its label; what is typed may be an id as well.
function chosen(name, all) {
  const typed = field(name).value.trim();
  return all.find((one) => label(one) === typed)?.[0] ?? typed;
}

const upstream = () => choices.meters[field("carrier").value] ?? [];

function body() {
  const text = (name) => field(name).value.trim() || null;
  return {
    id: field("id").value.trim(),
    name: { en: text("name_en") ?? "", zh: text("name_zh") ?? "" },
    enterprise: chosen("enterprise", choices.enterprises) || null,
    carrier: text("carrier"),
    role: text("role"),
    domain: text("domain"),
    parent: chosen("parent", Object.values(choices.meters).flat()) || null,
    ct: text("ct"),
    pt: text("pt"),
    register_digits: text("register_digits"),
    product_unit: text("product_unit"),
    mounted: field("mounted").value === "reverse" ? "reverse" : null,
  };
}

function send(path, more, signal) {
  return fetch(`/api/v1/meters/${encodeURIComponent(form.dataset.adopt)}/${path}?lang=${choices.language}`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...body(), ...more }),
    signal,
  });
}

// A list shows its depth in the tree; the value stays the plain label, so that it can be found again.
function offer(list, all) {
  form.querySelector(list).replaceChildren(
    ...all.map((one) => {
      const option = document.createElement("option");
      option.value = label(one);
      if (one[2]) option.label = `${"\u2003".repeat(one[2])}${label(one)}`;
      return option;
    }),
  );
}

function showFaults(faults, all) {
  for (const place of form.querySelectorAll("[data-field]")) {
    const name = place.dataset.field;
    const fault = all || touched.has(name) ? faults[name] : undefined;
    const line = place.querySelector(".fault");
    line.hidden = !fault;
    line.querySelector("span").textContent = fault?.text ?? "";
    field(name).toggleAttribute("aria-invalid", Boolean(fault));
    if (fault) place.closest("details")?.setAttribute("open", "");
  }
}

function showLines(draft) {
  version = draft?.version ?? null;
  form.querySelector("[data-where]").textContent = draft ? word("written_where", draft) : word("written_wait");
  form.querySelector("[data-lines]").hidden = !draft;
  form.querySelector("[data-lines] pre").textContent = draft?.text ?? "";
  const outlook = (draft?.remarks ?? []).map((one) => Object.assign(document.createElement("li"), { textContent: one.text }));
  form.querySelector("[data-outlook]").replaceChildren(...outlook);
}

function lines(title, text) {
  const pre = Object.assign(document.createElement("pre"), { textContent: text, tabIndex: 0 });
  return [Object.assign(document.createElement("span"), { textContent: title }), pre];
}

function showRefusal(refusal) {
  const place = form.querySelector("[data-refused]");
  place.hidden = !refusal;
  place.replaceChildren(refusal?.text ?? "", ...(refusal?.lines ? lines(word("by_hand"), refusal.lines) : []));
}

const refusalOf = async (answer) => (await answer.json().catch(() => ({}))).detail ?? {};

async function preview() {
  asked?.abort();
  const mine = (asked = new AbortController());
  try {
    const answer = await send("adopt/preview", {}, mine.signal);
    if (mine !== asked) return;
    if (!answer.ok) throw new Error(String(answer.status));
    const { draft, refusal } = await answer.json();
    if (mine !== asked) return;
    showLines(draft);
    showFaults(refusal?.fields ?? {}, !refusal);
    showRefusal(!refusal || refusal.code === "fields" ? null : refusal);
  } catch (error) {
    if (error.name !== "AbortError") showRefusal({ text: word("failed") });
  }
  form.dataset.previewed = String(Number(form.dataset.previewed ?? 0) + 1);
}

async function save() {
  clearTimeout(waiting);
  asked?.abort();
  asked = null;
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  button.textContent = word("saving");
  try {
    const answer = await send("adopt", { version });
    if (answer.ok) {
      const { change } = await answer.json();
      location.assign(`/meter/${encodeURIComponent(change.meter)}`);
      return;
    }
    const refusal = await refusalOf(answer);
    showFaults(refusal.fields ?? {}, true);
    showRefusal(refusal.text ? refusal : { text: word("failed") });
    if (refusal.code === "changed") preview();
    form.querySelector("[aria-invalid]")?.focus();
  } catch {
    showRefusal({ text: word("failed") });
  }
  button.disabled = false;
  button.textContent = word("save");
}

function take(found) {
  form = found;
  choices = JSON.parse(form.querySelector("[data-choices]").textContent);
  offer("#a-enterprises", choices.enterprises);
  offer("#a-parents", upstream());
  form.addEventListener("input", ({ target }) => {
    touched.add(target.name);
    if (target.name === "carrier") offer("#a-parents", upstream());
    clearTimeout(waiting);
    waiting = setTimeout(preview, REST);
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  preview();
}

export function begin() {
  const look = () => {
    const found = document.querySelector("form[data-adopt]");
    if (found && found !== form) take(found);
  };
  look();
  new MutationObserver(look).observe(document.querySelector('[data-fragment="adopt"]'), { childList: true });
}

export async function undo(button) {
  const { undo: change, busy, lostWords, byHand, then } = button.dataset;
  const words = button.textContent;
  const say = (text, more = []) => {
    button.parentElement.querySelector(".fault")?.remove();
    const fault = document.createElement("div");
    fault.className = "fault whole";
    fault.setAttribute("role", "alert");
    fault.append(text, ...more);
    button.parentElement.append(fault);
  };
  button.disabled = true;
  button.textContent = busy;
  try {
    const language = document.documentElement.lang.startsWith("zh") ? "zh" : "en";
    const answer = await fetch(`/api/v1/changes/${encodeURIComponent(change)}/undo?lang=${language}`, { method: "POST" });
    if (answer.ok) {
      if (then) location.assign(then);
      else location.reload();
      return;
    }
    const refusal = await refusalOf(answer);
    say(refusal.text ?? lostWords, refusal.lines ? lines(byHand, refusal.lines) : []);
  } catch {
    say(lostWords);
  }
  button.disabled = false;
  button.textContent = words;
}
