// Forms that add a record to the park file: what was written is said, and can be taken back.

const language = () => (document.documentElement.lang.startsWith("zh") ? "zh" : "en");

function say(form, text, more = null) {
  const place = form.querySelector("[data-said]");
  place.hidden = false;
  place.replaceChildren(text, ...(more ? [" ", more] : []));
}

async function ask(form, path, body) {
  try {
    const answer = await fetch(`/api/v1/records/${path}?lang=${language()}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(body),
    });
    const told = await answer.json().catch(() => ({}));
    if (answer.ok) return told;
    say(form, told.detail?.text ?? form.dataset.failed);
  } catch {
    say(form, form.dataset.failed);
  }
  return null;
}

export async function save(form) {
  const section = form.dataset.record;
  const values = Object.fromEntries([...new FormData(form)].map(([name, text]) => [name, text.trim()]));
  const button = form.querySelector("[type=submit]");
  button.disabled = true;
  const change = await ask(form, section, values);
  button.disabled = false;
  if (!change) return;
  const undo = Object.assign(document.createElement("button"), { type: "button", className: "button", textContent: form.dataset.undoWords });
  undo.addEventListener("click", async () => {
    undo.disabled = true;
    if (await ask(form, `${section}/changes/${encodeURIComponent(change.id)}/undo`, {})) form.querySelector("[data-said]").hidden = true;
    undo.disabled = false;
  });
  say(form, form.dataset.saved.replace("{file}", change.file).replace("{line}", change.line).replace("{text}", change.text), undo);
  form.querySelector("[name=amount]")?.select();
}
