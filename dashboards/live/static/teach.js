// The form that teaches Parkwatt a message: tries every choice on the kept messages, and saves what was seen.

const REST = 300; // milliseconds of quiet before a choice is tried
let form = null;
let choices = null;
let asked = null;
let seen = null;
let waiting = 0;

const word = (key, fill = {}) => (choices.words[key] ?? key).replace(/\{(\w+)\}/g, (_, name) => fill[name] ?? "");
const rows = () => [...form.querySelectorAll("tr[data-path]")];
const part = (row, name) => row.querySelector(`[data-name="${name}"]`);
const text = (tag, content, name = "") => {
  const element = document.createElement(tag);
  element.textContent = content;
  if (name) element.className = name;
  return element;
};

function send(path, method, body) {
  return fetch(`/api/v1/inbox/${path}?lang=${choices.language}`, {
    method,
    headers: { "content-type": "application/json" },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
}

// What the form says; a number that is none is sent as zero, which the preview refuses.
function draft() {
  const value = (name) => form.elements[name].value.trim();
  const fields = rows()
    .filter((row) => part(row, "quantity").value)
    .map((row) => ({
      path: row.dataset.path,
      quantity: part(row, "quantity").value,
      phase: part(row, "phase").value || null,
      unit: part(row, "unit").value.trim() || null,
      kind: part(row, "kind").value || null,
      factor: part(row, "factor").value.trim() === "" ? 1 : Number(part(row, "factor").value.replace(",", ".")) || 0,
      negate: part(row, "negate").checked,
      channel: part(row, "channel").value.trim() || null,
    }));
  const [topics, meter, name, title] = ["topics", "meter", "name", "title"].map(value);
  return { topic: form.dataset.teach, topics, meter, name, title, time: value("time") || null, zone: value("zone") || null, fields };
}

function showUnits(row) {
  const quantity = part(row, "quantity").value;
  const units = choices.units[quantity] ?? [];
  row.querySelector("datalist").replaceChildren(...units.map((unit) => new Option(unit)));
  part(row, "unit").placeholder = units[0] ?? "";
  row.toggleAttribute("data-unused", !quantity);
}

// Choosing what it looks like brings its phase, unit and kind along; choosing something else forgets them.
function settle(row) {
  const guess = choices.guesses[row.dataset.path];
  const same = part(row, "quantity").value === guess.quantity;
  part(row, "phase").value = same ? guess.phase : part(row, "phase").value;
  part(row, "unit").value = same ? guess.unit : "";
  for (const name of ["kind", "factor", "channel"]) part(row, name).value = same ? guess[name] : "";
  showUnits(row);
}

// Guesses that are unsure, or that something speaks against, are for people to take one by one.
function take(likely) {
  for (const row of rows()) {
    const taken = likely && choices.likely.includes(row.dataset.path);
    part(row, "quantity").value = taken ? choices.guesses[row.dataset.path].quantity : "";
    settle(row);
  }
}

function showField(row, field) {
  const [number, unit] = row.querySelectorAll("output > *");
  const problem = row.querySelector("[data-problem]");
  number.textContent = field && field.value !== null ? field.value.toLocaleString("en-US", { maximumSignificantDigits: 12 }).replace("-", "−") : "";
  unit.textContent = field && field.value !== null ? choices.spelled[field.unit] ?? field.unit : "";
  problem.hidden = !field?.problems.length;
  problem.querySelector("span").textContent = field?.problems.map((one) => one.text).join(" ") ?? "";
}

function remark(one, name = "") {
  const line = document.createElement("p");
  line.className = `remark ${name}`;
  line.append(text("b", name === "alarm" ? "✕" : "!"), text("span", one.text));
  return line;
}

const time = (iso) => new Date(iso).toLocaleString(choices.language === "zh" ? "zh-CN" : "en-GB", { hour12: false, timeZone: choices.zone });

function messagesTable(messages) {
  const table = document.createElement("table");
  table.className = "figures";
  const head = table.createTHead().insertRow();
  for (const key of ["arrived", "meters", "readings", "measured"]) {
    const cell = text("th", word(key));
    cell.scope = "col";
    head.append(cell);
  }
  const body = table.createTBody();
  for (const message of messages) {
    const row = body.insertRow();
    row.append(text("td", time(message.arrived)), text("td", message.meters.join(", ") || "–"));
    row.append(text("td", message.readings ? String(message.readings) : word("nothing_read")));
    const when = message.time ? `${time(message.time)} · ${word(message.time_source === "device" ? "time_device" : "time_of_arrival")}` : "–";
    row.append(text("td", when));
    for (const problem of message.problems) {
      const cell = text("td", problem, "remark");
      cell.colSpan = 4;
      body.insertRow().append(cell);
    }
  }
  return table;
}

function showState(words) {
  form.querySelector("[data-preview]").replaceChildren(text("p", words, "hint"));
}

function showPreview(preview) {
  const byPath = new Map(preview.fields.map((field) => [field.path, field]));
  for (const row of rows()) showField(row, byPath.get(row.dataset.path));
  const place = form.querySelector("[data-preview]");
  place.replaceChildren(...preview.problems.map((one) => remark(one, "alarm")), ...preview.warnings.map((one) => remark(one)));
  if (preview.messages.length) place.append(messagesTable(preview.messages));
  const yaml = form.querySelector(".yaml");
  yaml.hidden = !preview.yaml;
  yaml.querySelector("pre").textContent = preview.yaml;
}

function maySave(ready) {
  form.querySelector("[type=submit]").disabled = !ready;
  form.querySelector("[data-why]").hidden = ready;
}

async function preview() {
  const now = draft();
  asked?.abort();
  asked = null;
  seen = null;
  maySave(false);
  if (!now.fields.length) {
    for (const row of rows()) showField(row, null);
    form.querySelector(".yaml").hidden = true;
    showState(word("preview_empty"));
    return;
  }
  const mine = (asked = new AbortController());
  try {
    const answer = await fetch(`/api/v1/inbox/preview?lang=${choices.language}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(now),
      signal: mine.signal,
    });
    if (!answer.ok) throw new Error(String(answer.status));
    const made = await answer.json();
    if (mine !== asked) return;
    showPreview(made);
    if (made.may_be_saved) seen = now;
    maySave(made.may_be_saved);
    form.dataset.previewed = String(Number(form.dataset.previewed ?? 0) + 1);
  } catch (error) {
    if (error.name !== "AbortError") showState(word("preview_failed"));
  }
}

function later() {
  maySave(false);
  seen = null;
  clearTimeout(waiting);
  waiting = setTimeout(preview, REST);
}

function failed(words) {
  const place = form.querySelector("[data-failed]");
  place.hidden = false;
  place.textContent = words;
}

async function refusal(answer) {
  const said = await answer.json().catch(() => ({}));
  return said.detail?.text ?? `${word("failed")} (${answer.status})`;
}

async function save() {
  if (!seen) return;
  const button = form.querySelector("[type=submit]");
  const label = button.textContent;
  form.querySelector("[data-failed]").hidden = true;
  button.disabled = true;
  button.textContent = word("saving");
  try {
    const answer = await send("models", "POST", seen);
    if (answer.ok) showSaved(await answer.json());
    else failed(await refusal(answer));
  } catch {
    failed(word("failed"));
  } finally {
    button.textContent = label;
    button.disabled = !seen;
  }
}

function showSaved(saved) {
  const place = document.querySelector("[data-done]");
  const undo = text("button", word("undo"), "button");
  undo.type = "button";
  undo.title = word("undo_hint");
  undo.addEventListener("click", () => takeBack(saved.name, place, undo));
  const meters = document.createElement("p");
  meters.className = "ways";
  for (const meter of saved.meters.slice(0, 20)) {
    const link = text("a", meter, "button");
    link.href = `/meter/${encodeURIComponent(meter)}`;
    meters.append(link);
  }
  const back = text("a", word("back"), "button");
  back.href = "/inbox";
  meters.append(back, undo);
  const counted = word("saved_what", { n: saved.messages, readings: saved.readings });
  place.replaceChildren(text("h1", word("saved")), text("p", word("saved_where", { path: saved.path })), text("p", counted), text("p", word("saved_next"), "hint"), meters);
  form.hidden = true;
  place.hidden = false;
  place.focus();
}

async function takeBack(name, place, button) {
  button.disabled = true;
  try {
    const answer = await send(`models/${encodeURIComponent(name)}`, "DELETE");
    if (!answer.ok) throw new Error(await refusal(answer));
    const { path } = await answer.json();
    form.hidden = false;
    place.replaceChildren(text("p", word("undone", { path })));
    later();
  } catch (error) {
    button.disabled = false;
    place.append(remark({ text: error.message || word("failed") }, "alarm"));
  }
}

function takeUp(found) {
  form = found;
  choices = JSON.parse(form.querySelector("[data-choices]").textContent);
  rows().forEach(showUnits);
  form.addEventListener("input", ({ target }) => {
    if (target.dataset.name === "quantity") settle(target.closest("tr"));
    later();
  });
  form.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && event.target.matches("input")) event.preventDefault();
  });
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    save();
  });
  for (const button of form.querySelectorAll("[data-take]")) {
    button.addEventListener("click", () => {
      take(button.dataset.take === "likely");
      later();
    });
  }
  form.dataset.ready = "yes";
  preview();
}

// The form comes with the page, or a moment later.
export function begin() {
  const look = () => {
    const found = document.querySelector("form[data-teach]");
    if (found && found !== form) takeUp(found);
  };
  look();
  new MutationObserver(look).observe(document.querySelector('[data-fragment="teach"]'), { childList: true });
}
