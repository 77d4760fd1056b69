import { tellElapsed } from "./elapsed.js";
import { morphChildren } from "./morph.js";
import { watchPlots } from "./plot.js";
import { offerCheck } from "./webrtc-check.js";

/**
 * Keeps the open page new: it takes the sections that the service sends as they change, and says how old they are when it
 * hears nothing. Without the stream it asks for the page now and then.
 */

const page = document.body;
const { audience, build, range = "" } = page.dataset;
const staleMs = Number(page.dataset.stale);
const retryMs = Number(page.dataset.retry);
const pollMs = Number(page.dataset.poll);
/** A tab that nobody looks at gives its connection back after this long, as a browser has few for each service. */
const hiddenMs = 60_000;
/** A restart takes some seconds, in which nobody need be alarmed. */
const lostMs = 6_000;
/** Two automatic reloads are at least so far apart. */
const reloadPauseMs = 10_000;

/** How far the service's clock is ahead of this one. */
let aheadMs = Date.parse(page.dataset.now ?? "") - Date.now();
let heardAt = performance.now();
let state = page.dataset.state ?? "";
/** @type {"live" | "asking" | "reconnecting"} */
let mode = "reconnecting";
/** @type {EventSource | undefined} */
let source;
/** @type {ReturnType<typeof setTimeout> | undefined} */
let retry;
let isFirst = true;
let wasOld = false;

/** @param {string} id */
const find = (id) => document.getElementById(id);

/** Loads the page anew: as its own link, so that the login counts also where another site led here. */
function reload() {
  const last = Number(sessionStorage.getItem("gozcu-reloaded"));
  const waitMs = Math.max(0, last + reloadPauseMs - Date.now());
  source?.close();
  setTimeout(() => {
    sessionStorage.setItem("gozcu-reloaded", String(Date.now()));
    location.replace(`/?range=${encodeURIComponent(range)}`);
  }, waitMs);
}

/** Everything that goes by the clock. */
function tellTimes() {
  const now = Date.now() + aheadMs;
  for (const time of document.querySelectorAll("time[data-tell]")) {
    if (!(time instanceof HTMLTimeElement)) continue;
    const text = tellElapsed(time.dataset.tell ?? "", now - Date.parse(time.dateTime));
    if (time.textContent !== text) time.textContent = text;
  }
}

/** Whether what is shown may no longer be so. */
function isOutOfDate() {
  return performance.now() - heardAt > (mode === "reconnecting" && !isFirst ? lostMs : staleMs);
}

function tellLive() {
  const live = find("live");
  const lost = find("lost");
  if (live === null || lost === null) return;
  const ageSeconds = Math.round((performance.now() - heardAt) / 1_000);
  const isOld = isOutOfDate();
  const age = `Last update ${ageSeconds} s ago`;
  const texts = {
    live: isOld ? age : "Live",
    asking: isOld ? age : `Asks every ${pollMs / 1_000} s`,
    reconnecting: `Reconnecting… last update ${ageSeconds} s ago`,
  };
  const shown = mode === "reconnecting" ? mode : isOld ? "stale" : mode;
  live.hidden = mode === "reconnecting" && isFirst && !isOld;
  if (live.dataset.state !== shown) live.dataset.state = shown;
  if (live.textContent !== texts[mode]) live.textContent = texts[mode];
  // Said once, and not each second anew.
  const told = isOld ? `The service does not answer. What is below was so at ${find("as-of")?.textContent}.` : "";
  if (lost.textContent !== told) lost.textContent = told;
  if (page.classList.toggle("out-of-date", isOld) !== wasOld) {
    wasOld = isOld;
    tellTab();
  }
}

/** @param {"live" | "asking" | "reconnecting"} next */
function enter(next) {
  mode = next;
  if (next !== "reconnecting") isFirst = false;
  tellLive();
}

/** The state also shows where only the tab is seen. */
function tellTab() {
  const told = document.querySelector("#overall [data-level]")?.getAttribute("data-level") ?? "good";
  const level = wasOld ? "warning" : told;
  const titles = { good: "Well", warning: "Warnings", critical: "Degraded" };
  document.title = `${wasOld ? "No answer" : titles[/** @type {keyof typeof titles} */ (level)]} · Gözcü`;
  const icon = find("icon");
  const href = icon?.getAttribute("href")?.replace(/\w+\.svg$/, `${level}.svg`);
  if (href !== undefined && icon?.getAttribute("href") !== href) icon?.setAttribute("href", href);
}

/**
 * @param {string} id
 * @param {string} html made by the service, which escapes all that others wrote
 */
function swap(id, html) {
  const section = find(id);
  if (section === null) return;
  const made = document.createElement("template");
  made.innerHTML = html;
  const holder = document.createElement("div");
  holder.append(made.content);
  morphChildren(section, holder);
}

/** @param {Date} at the service's time */
function hear(at) {
  aheadMs = at.getTime() - Date.now();
  heardAt = performance.now();
  const asOf = find("as-of");
  if (asOf instanceof HTMLTimeElement) {
    asOf.dateTime = at.toISOString();
    asOf.textContent = `${at.toISOString().slice(0, 19).replace("T", " ")} UTC`;
  }
  tellTimes();
  tellTab();
}

function open() {
  clearTimeout(retry);
  source?.close();
  source = new EventSource(`/events?range=${encodeURIComponent(range)}&state=${encodeURIComponent(state)}`);
  for (const section of document.querySelectorAll("[data-live]")) {
    source.addEventListener(section.id, (event) => swap(section.id, event.data));
  }
  source.addEventListener("hello", (event) => {
    const told = JSON.parse(event.data);
    if (told.audience !== audience || told.build !== build) reload();
  });
  source.addEventListener("tick", (event) => {
    state = event.lastEventId;
    hear(new Date(event.data));
    enter("live");
  });
  source.addEventListener("over", reload);
  source.addEventListener("error", () => {
    if (source?.readyState === EventSource.CLOSED) {
      // Refused, or not there: not every browser tries again by itself.
      source.close();
      void ask();
    } else if (mode !== "asking") {
      enter("reconnecting");
    }
  });
}

/** Takes the page as a whole, and later tries the stream again. */
async function ask() {
  try {
    const response = await fetch(`/?range=${encodeURIComponent(range)}`, { headers: { Accept: "text/html" } });
    if (!response.ok) throw new Error(String(response.status));
    const given = new DOMParser().parseFromString(await response.text(), "text/html");
    const { audience: theirs, build: other, now = "" } = given.body.dataset;
    if (theirs !== audience || other !== build) return reload();
    for (const section of given.querySelectorAll("[data-live]")) swap(section.id, section.innerHTML);
    hear(new Date(now));
    enter("asking");
    retry = setTimeout(open, pollMs);
  } catch {
    enter("reconnecting");
    retry = setTimeout(open, retryMs);
  }
}

/** @type {ReturnType<typeof setTimeout> | undefined} */
let leaving;
document.addEventListener("visibilitychange", () => {
  clearTimeout(leaving);
  if (document.visibilityState === "hidden") {
    leaving = setTimeout(() => {
      source?.close();
      clearTimeout(retry);
      leaving = setInterval(() => void ask().finally(() => clearTimeout(retry)), hiddenMs);
    }, hiddenMs);
  } else if (source === undefined || source.readyState === EventSource.CLOSED) {
    open();
  }
});
window.addEventListener("pagehide", () => source?.close());
window.addEventListener("pageshow", (event) => {
  if (event.persisted) open();
});

setInterval(() => {
  tellTimes();
  tellLive();
}, 1_000);
watchPlots();
offerCheck();
open();
