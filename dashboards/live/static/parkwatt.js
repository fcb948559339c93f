// Keeps the page alive: takes the server's small messages from NiceGUI's socket and moves values, never the layout.

import * as charts from "./charts.js";
import { copyFrom } from "./copy.js";
import { foldAgain, foldsOf } from "./folds.js";
import { narrow } from "./narrow.js";
import { agoText, setWords } from "./language.js";

const boot = JSON.parse(document.getElementById("parkwatt-boot").textContent);
setWords(boot.words);

let places = new Map();
let serverAhead = 0;
let newest = null;
let frames = 0;

function findPlaces() {
  places = new Map();
  for (const element of document.querySelectorAll("[data-live], [data-bar], [data-age]")) {
    for (const key of new Set([element.dataset.live, element.dataset.bar, element.dataset.age])) {
      if (key) places.set(key, [...(places.get(key) ?? []), element]);
    }
  }
}

function setText(element, text) {
  if (element && element.textContent !== text) element.textContent = text;
}

function showValue(element, [text, unit, title, state, share]) {
  if (element.dataset.bar) {
    element.style.setProperty("--share", share ?? 0);
  } else if (element.dataset.age) {
    element.dataset.ago = text;
    element.title = title;
  } else {
    setText(element.querySelector(":scope > b"), text);
    setText(element.querySelector(":scope > small"), unit);
    if (title) element.title = title;
    else element.removeAttribute("title");
  }
  if (state) element.dataset.state = state;
  else delete element.dataset.state;
}

// What somebody reads or copies is not replaced under their hand: it waits until they leave it.
const held = new Map();

function isHeld(element) {
  if (element.querySelector("form[data-begun]")) return true; // somebody fills it in
  return element.dataset.hold !== undefined && (element.matches(":hover") || element.contains(document.activeElement));
}

function showHeld() {
  const waiting = [...held];
  held.clear();
  for (const [key, html] of waiting) showFragment(key, html);
  if (waiting.length) findPlaces();
}

function showFragment(key, html) {
  for (const element of document.querySelectorAll(`[data-fragment="${CSS.escape(key)}"]`)) {
    if (element.dataset.once !== undefined && element.querySelector("form")) continue; // belongs to who fills it in
    if (isHeld(element)) {
      held.set(key, html);
      continue;
    }
    held.delete(key);
    const active = element.contains(document.activeElement) ? document.activeElement : null;
    const scrolled = element.scrollTop;
    const folds = foldsOf(element);
    element.innerHTML = html;
    foldAgain(element, folds);
    element.scrollTop = scrolled;
    const again = active?.id ? `[id="${CSS.escape(active.id)}"]` : `[href="${CSS.escape(active?.getAttribute("href") ?? "")}"]`;
    if (active) element.querySelector(again)?.focus({ preventScroll: true });
    for (const input of document.querySelectorAll("[data-narrow]")) narrow(input);
  }
}

function take(message) {
  serverAhead = message.now - Date.now();
  const fragments = Object.entries(message.f ?? {});
  for (const [key, html] of fragments) showFragment(key, html);
  if (fragments.length || !places.size) findPlaces();
  for (const [key, value] of Object.entries(message.v ?? {})) {
    if (key === "newest") newest = value[0] ? Number(value[0]) : null;
    for (const element of places.get(key) ?? []) showValue(element, value);
  }
  for (const [key, data] of Object.entries(message.c ?? {})) charts.show(key, data);
  if (message.c) delete document.documentElement.dataset.turning;
  frames += 1;
  document.documentElement.dataset.frames = String(frames);
  showAges();
}

function showAges() {
  const now = Date.now() + serverAhead;
  for (const element of document.querySelectorAll("[data-pulse-age]")) {
    setText(element, newest === null ? "" : agoText(now - newest, { tenths: true }));
  }
  for (const element of document.querySelectorAll("[data-ago]")) {
    setText(element, element.dataset.ago ? agoText(now - Number(element.dataset.ago), {}) : "–");
  }
}

// Shows another side of the same thing (a range, an order) in place: the address moves, the page stays.
function turn(subject) {
  boot.topic.subject = subject;
  document.documentElement.dataset.turning = "yes"; // until its charts come
  window.socket?.emit("parkwatt_hello", boot.topic);
}

function follow(event, link) {
  if (event.defaultPrevented || event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey) return;
  event.preventDefault();
  move(new URL(link.href), link.dataset.subject);
}

function move(address, subject) {
  const language = new URL(location.href).searchParams.get("lang");
  if (language) address.searchParams.set("lang", language);
  history.pushState({ subject }, "", address);
  turn(subject);
}

// A form whose answer is another side of the same thing.
function ask(form) {
  const asked = new URLSearchParams([...new FormData(form)].filter(([, value]) => value));
  move(new URL(`${form.action}?${asked}`), `?${asked}`);
}

function showConnection(connected) {
  document.documentElement.dataset.connection = connected ? "up" : "lost";
  for (const banner of document.querySelectorAll("[data-lost]")) banner.hidden = connected;
}

function listen() {
  const socket = window.socket;
  if (!socket) {
    setTimeout(listen, 20);
    return;
  }
  const hello = () => {
    showConnection(true);
    socket.emit("parkwatt_hello", boot.topic);
  };
  socket.on("parkwatt", take);
  socket.on("connect", hello);
  socket.on("disconnect", () => showConnection(false));
  if (socket.connected) hello();
}

document.addEventListener("click", (event) => {
  const target = event.target.closest("[data-theme-toggle], [data-picture], [data-csv], [data-language], [data-subject], [data-copy], [data-undo]");
  if (!target) return;
  if (target.dataset.subject) follow(event, target);
  else if (target.dataset.copy !== undefined) copyFrom(target);
  else if (target.dataset.undo) import("./adopt.js").then((adopt) => adopt.undo(target));
  else if (target.dataset.picture) charts.savePicture(target.dataset.picture);
  else if (target.dataset.csv) charts.saveTable(target.dataset.csv);
  else if (target.dataset.language) {
    remember(target.dataset.language);
    const address = new URL(location.href);
    address.searchParams.set("lang", target.dataset.language);
    target.href = address;
  } else {
    const theme = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    localStorage.setItem("parkwatt_theme", theme);
    document.documentElement.dataset.theme = theme;
    charts.repaint();
  }
});

matchMedia("(prefers-color-scheme: dark)").addEventListener("change", ({ matches }) => {
  if (localStorage.getItem("parkwatt_theme") || boot.topic.view === "screen") return;
  document.documentElement.dataset.theme = matches ? "dark" : "light";
  charts.repaint();
});

// A language asked for in the address stays for the pages that are opened from here.
function remember(language) {
  document.cookie = `${boot.cookie}=${language};path=/;max-age=31536000;samesite=lax`;
}

if (new URL(location.href).searchParams.has("lang")) remember(boot.topic.language);
charts.begin(boot.offset);
take(boot.frame);
setInterval(() => {
  showAges();
  showHeld();
}, 500);
history.replaceState({ subject: boot.topic.subject }, "");
addEventListener("popstate", ({ state }) => turn(state?.subject ?? boot.topic.subject));
document.addEventListener("submit", (event) => {
  const { record, turn: inPlace } = event.target.dataset;
  if (!record && inPlace === undefined) return;
  event.preventDefault();
  if (record) import("./record.js").then((recording) => recording.save(event.target));
  else ask(event.target);
});
document.addEventListener("change", ({ target }) => {
  // A day that is being typed is none until its year is whole.
  if (target.dataset.send !== undefined && target.checkValidity()) target.form.requestSubmit();
});
document.addEventListener("input", ({ target }) => {
  if (target.matches("[data-narrow]")) narrow(target);
});
listen();
if (boot.topic.view === "screen") import("./screen.js").then((screen) => screen.begin());
if (boot.topic.view === "unknown_topic") import("./teach.js").then((teach) => teach.begin());
if (boot.topic.view === "adopt") import("./adopt.js").then((adopt) => adopt.begin());
if (["meter", "decisions"].includes(boot.topic.view)) import("./decide.js").then((decide) => decide.begin());
