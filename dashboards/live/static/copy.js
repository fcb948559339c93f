// Copies the text of the nearest `data-copied` element, and says so on the button.

async function put(text) {
  if (navigator.clipboard) {
    await navigator.clipboard.writeText(text);
    return;
  }
  // Without TLS browsers offer no clipboard to pages of other machines; a selected field still copies.
  const field = document.createElement("textarea");
  field.value = text;
  document.body.append(field);
  field.select();
  document.execCommand("copy");
  field.remove();
}

export async function copyFrom(button) {
  const source = button.closest("[data-copies]").querySelector("[data-copied]");
  await put(source.textContent);
  button.dataset.done = "yes";
  setTimeout(() => delete button.dataset.done, 1600);
}
