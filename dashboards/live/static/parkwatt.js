// Keeps the page alive: takes the server's small messages from NiceGUI's socket and moves values, never the layout.

import * as charts from "./charts.js";
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

function showFragment(key, html) {
  for (const element of document.querySelectorAll(`[data-fragment="${CSS.escape(key)}"]`)) {
    const focused = element.contains(document.activeElement) ? document.activeElement.getAttribute("href") : null;
    const scrolled = element.scrollTop;
    element.innerHTML = html;
    element.scrollTop = scrolled;
    if (focused) element.querySelector(`[href="${CSS.escape(focused)}"]`)?.focus({ preventScroll: true });
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
  const target = event.target.closest("[data-theme-toggle], [data-picture], [data-csv], [data-language]");
  if (!target) return;
  if (target.dataset.picture) charts.savePicture(target.dataset.picture);
  else if (target.dataset.csv) charts.saveTable(target.dataset.csv);
  else if (target.dataset.language) {
    document.cookie = `${boot.cookie}=${target.dataset.language};path=/;max-age=31536000;samesite=lax`;
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

charts.begin(boot.offset);
take(boot.frame);
setInterval(showAges, 500);
listen();
if (boot.topic.view === "screen") import("./screen.js").then((screen) => screen.begin());
