/**
 * Shows the value of a chart's step beside it: of the one that is pointed at, or with the arrow keys of the one that they
 * have come to. Without this a chart has the browser's own tooltips.
 */

/** Keys, and how far they go; infinitely is to the end. */
const steps = new Map([
  ["ArrowLeft", -1],
  ["ArrowRight", 1],
  ["PageUp", -10],
  ["PageDown", 10],
  ["Home", Number.NEGATIVE_INFINITY],
  ["End", Number.POSITIVE_INFINITY],
]);

const tip = document.createElement("div");
tip.className = "tip";
tip.setAttribute("role", "status");
tip.hidden = true;
/** @type {string | undefined} the time of the step that is shown, and of which chart: what is drawn is replaced as time goes on */
let shownAt;
/** @type {string | undefined} */
let shownIn;

/** @param {Element} plot */
const hitsOf = (plot) => /** @type {SVGRectElement[]} */ ([...plot.querySelectorAll(".hit")]);

function hide() {
  tip.hidden = true;
  for (const hit of document.querySelectorAll(".hit.shown")) hit.classList.remove("shown");
  shownAt = undefined;
  shownIn = undefined;
}

/**
 * @param {Element} plot
 * @param {SVGRectElement} hit
 */
function show(plot, hit) {
  hide();
  hit.classList.add("shown");
  shownAt = hit.dataset.at;
  shownIn = plot.parentElement?.id;
  // The browser's own would come as well.
  const title = hit.querySelector("title");
  hit.dataset.told ??= title?.textContent ?? "";
  title?.remove();
  const value = hit.dataset.value ?? "";
  const strong = document.createElement("strong");
  strong.textContent = value;
  const time = document.createElement("span");
  time.textContent = hit.dataset.told.replace(`: ${value}`, "");
  tip.replaceChildren(strong, " ", time);
  tip.hidden = false;
  const place = hit.getBoundingClientRect();
  const size = tip.getBoundingClientRect();
  const middle = place.left + place.width / 2 - size.width / 2;
  const left = Math.max(4, Math.min(middle, document.documentElement.clientWidth - size.width - 4));
  tip.style.left = `${left + window.scrollX}px`;
  tip.style.top = `${place.top - size.height - 6 + window.scrollY}px`;
}

/** @param {EventTarget | null} target */
function plotOf(target) {
  return target instanceof Element ? target.closest("[data-plot]") : null;
}

/** @param {KeyboardEvent} event */
function onKey(event) {
  const plot = plotOf(event.target);
  if (plot === null) return;
  if (event.key === "Escape") return hide();
  const by = steps.get(event.key);
  if (by === undefined) return;
  event.preventDefault();
  const hits = hitsOf(plot);
  const current = plot.parentElement?.id === shownIn ? hits.findIndex(({ dataset }) => dataset.at === shownAt) : -1;
  const from = current === -1 ? (by < 0 ? hits.length : -1) : current;
  const hit = hits[Math.max(0, Math.min(hits.length - 1, from + by))];
  if (hit !== undefined) show(plot, hit);
}

/** Listens for all charts, also those that are yet to come. */
export function watchPlots() {
  document.body.append(tip);
  document.addEventListener("pointerover", (event) => {
    const hit = event.target instanceof Element ? event.target.closest(".hit") : null;
    const plot = plotOf(hit);
    if (plot !== null && hit instanceof SVGRectElement) show(plot, hit);
    else if (plotOf(document.activeElement) === null) hide();
  });
  document.addEventListener("keydown", onKey);
  document.addEventListener("focusout", (event) => {
    if (plotOf(event.target) !== null) hide();
  });
}
