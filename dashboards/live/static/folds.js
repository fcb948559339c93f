// What somebody unfolded stays as they left it when the piece of the page that it stands in is drawn again.

function path(details) {
  const titles = [];
  for (let at = details; at; at = at.parentElement?.closest("details")) {
    titles.unshift(at.querySelector(":scope > summary > .what")?.textContent ?? "");
  }
  return titles.join("\n");
}

export function foldsOf(element) {
  return new Map([...element.querySelectorAll("details")].map((details) => [path(details), details.open]));
}

export function foldAgain(element, folds) {
  for (const details of folds.size ? element.querySelectorAll("details") : []) {
    const open = folds.get(path(details));
    if (open !== undefined && !details.querySelector("[data-differs]")) details.open = open;
  }
}
