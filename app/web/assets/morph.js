/**
 * Makes the children of an element those of another with as few changes as it takes, so that focus, selection, open
 * details and loaded pictures stay, and a screen reader hears of nothing that has not changed. Children with a
 * `data-key` are known by it, others by their place.
 *
 * @param {Element} from stands in the page
 * @param {Element} to is taken apart
 */
export function morphChildren(from, to) {
  /** @type {Map<string | undefined, Node>} */
  const keyed = new Map();
  for (const child of from.children) if (keyOf(child) !== undefined) keyed.set(keyOf(child), child);
  let current = from.firstChild;
  for (const wanted of [...to.childNodes]) {
    const known = keyed.get(keyOf(wanted)) ?? current;
    // Of two with the same key the second is like any other.
    keyed.delete(keyOf(wanted));
    if (known !== null && isAlike(known, wanted)) {
      if (known === current) current = current.nextSibling;
      else from.insertBefore(known, current);
      morph(known, wanted);
    } else {
      from.insertBefore(wanted, current);
    }
  }
  while (current !== null) {
    const next = current.nextSibling;
    current.remove();
    current = next;
  }
}

/** @param {Node} node */
function keyOf(node) {
  return node instanceof HTMLElement ? node.dataset.key : undefined;
}

/**
 * @param {Node} one
 * @param {Node} other
 */
function isAlike(one, other) {
  return one.nodeName === other.nodeName && one.nodeType === other.nodeType && keyOf(one) === keyOf(other);
}

/**
 * @param {Node} from
 * @param {Node} to
 */
function morph(from, to) {
  if (from.isEqualNode(to)) return;
  if (!(from instanceof Element && to instanceof Element)) {
    if (from.nodeValue !== to.nodeValue) from.nodeValue = to.nodeValue;
    return;
  }
  for (const { name } of [...from.attributes]) {
    // The visitor has opened it.
    const isTheirs = name === "open" && from.nodeName === "DETAILS";
    if (!to.hasAttribute(name) && !isTheirs) from.removeAttribute(name);
  }
  for (const { name, value } of [...to.attributes]) {
    if (from.getAttribute(name) !== value) from.setAttribute(name, value);
  }
  morphChildren(from, to);
}
