// Narrows a table to the rows that hold what is typed.

export function narrow(input) {
  const wanted = input.value.trim().toLowerCase();
  for (const row of document.querySelectorAll(`[data-narrowed="${input.dataset.narrow}"] tbody tr`)) {
    row.hidden = wanted !== "" && !row.dataset.text.toLowerCase().includes(wanted);
  }
}
