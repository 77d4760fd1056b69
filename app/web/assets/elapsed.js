const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * A time that has passed, for people: `"20s"`, `"14m"`, `"1h 5m"`, `"2d 3h"`. Below a minute in steps of ten seconds, so
 * that a page of them is at rest. Runs in the service, and in the browser to keep what it wrote true.
 *
 * @param {number} ms
 * @returns {string}
 */
export function formatElapsed(ms) {
  const whole = Math.max(0, ms);
  if (whole < 10 * second) return "a moment";
  if (whole < minute) return `${Math.floor(whole / (10 * second)) * 10}s`;
  if (whole < hour) return `${Math.floor(whole / minute)}m`;
  if (whole < day) return join(Math.floor(whole / hour), "h", Math.floor((whole % hour) / minute), "m");
  return join(Math.floor(whole / day), "d", Math.floor((whole % day) / hour), "h");
}

/**
 * @param {number} large
 * @param {string} largeUnit
 * @param {number} small
 * @param {string} smallUnit
 */
function join(large, largeUnit, small, smallUnit) {
  return small === 0 ? `${large}${largeUnit}` : `${large}${largeUnit} ${small}${smallUnit}`;
}

/**
 * How a time on the page is told: how long `ago` it was, or that something has lasted `for` as long.
 *
 * @param {string} manner
 * @param {number} ms
 * @returns {string}
 */
export function tellElapsed(manner, ms) {
  return manner === "ago" ? `${formatElapsed(ms)} ago` : formatElapsed(ms);
}
