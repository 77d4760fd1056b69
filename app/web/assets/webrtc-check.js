/** What a session's measurements endpoint takes, and what opens one; the cookie of the login goes along. */
const openPath = "/webrtc-check";

/**
 * @param {number} deadlineMs
 * @param {AbortSignal} signal
 * @returns {Promise<never>}
 */
function deadline(deadlineMs, signal) {
  return new Promise((_resolve, reject) => {
    const timer = setTimeout(() => reject(new Error(`no connection within ${deadlineMs / 1_000} s`)), deadlineMs);
    signal.addEventListener("abort", () => clearTimeout(timer));
  });
}

/** @param {RTCPeerConnection} peer */
function connected(peer) {
  return new Promise((resolve, reject) => {
    peer.addEventListener("connectionstatechange", () => {
      if (peer.connectionState === "connected") resolve(undefined);
      if (peer.connectionState === "failed") reject(new Error("the browser found no way to connect"));
    });
  });
}

/**
 * @param {RTCPeerConnection} from
 * @param {RTCPeerConnection} to
 */
function passCandidates(from, to) {
  from.addEventListener("icecandidate", ({ candidate }) => {
    if (candidate !== null) {
      to.addIceCandidate(candidate).catch(() => {
        // Of a connection that is over already.
      });
    }
  });
}

/**
 * Connects this browser with itself, and tells how long that took: from the first offer until both ends are connected
 * and a message has passed.
 *
 * @param {RTCIceServer[]} iceServers
 * @param {number} deadlineMs
 * @returns {Promise<number>} milliseconds
 */
async function measure(iceServers, deadlineMs) {
  const caller = new RTCPeerConnection({ iceServers });
  const callee = new RTCPeerConnection({ iceServers });
  const over = new AbortController();
  try {
    passCandidates(caller, callee);
    passCandidates(callee, caller);
    const channel = caller.createDataChannel("check");
    const passed = new Promise((resolve) => {
      callee.addEventListener("datachannel", ({ channel: theirs }) => theirs.addEventListener("message", resolve));
    });
    channel.addEventListener("open", () => channel.send("?"));
    const both = Promise.all([connected(caller), connected(callee), passed]);
    // When the deadline comes first, nobody waits for these any more.
    both.catch(() => {});
    const startedAt = performance.now();
    await caller.setLocalDescription(await caller.createOffer());
    await callee.setRemoteDescription(/** @type {RTCSessionDescription} */ (caller.localDescription));
    await callee.setLocalDescription(await callee.createAnswer());
    await caller.setRemoteDescription(/** @type {RTCSessionDescription} */ (callee.localDescription));
    await Promise.race([both, deadline(deadlineMs, over.signal)]);
    return performance.now() - startedAt;
  } finally {
    over.abort();
    caller.close();
    callee.close();
  }
}

/** @param {Response} response */
async function readJson(response) {
  const body = await response.json();
  if (!response.ok) throw new Error(body.detail ?? body.title ?? `the service answers ${response.status}`);
  return body;
}

/**
 * Measures and reports.
 *
 * @param {number} deadlineMs
 * @returns {Promise<number>}
 */
async function check(deadlineMs) {
  const session = await readJson(await fetch(openPath, { method: "POST" }));
  const webrtcConnectionTimeMs = await measure(session.iceServers, deadlineMs);
  const reported = await fetch(`/api/sessions/${session.id}/measurements`, {
    method: "POST",
    credentials: "omit",
    headers: { Authorization: `Bearer ${session.token}`, "Content-Type": "application/json" },
    body: JSON.stringify({ webrtcConnectionTimeMs }),
  });
  await readJson(reported);
  return webrtcConnectionTimeMs;
}

/** Makes the button work, where the page has it. */
export function offerCheck() {
  const button = document.getElementById("webrtc-start");
  const result = document.getElementById("webrtc-result");
  const deadlineMs = Number(document.getElementById("webrtc")?.dataset.deadline);
  if (!(button instanceof HTMLButtonElement) || result === null) return;
  button.disabled = false;
  button.addEventListener("click", async () => {
    button.disabled = true;
    result.dataset.outcome = "running";
    result.textContent = "Connecting…";
    try {
      const ms = await check(deadlineMs);
      result.dataset.outcome = "good";
      result.textContent = `Connected in ${Math.round(ms)} ms, which has been counted.`;
    } catch (error) {
      result.dataset.outcome = "bad";
      result.textContent = `Failed: ${error instanceof Error ? error.message : String(error)}.`;
    } finally {
      button.disabled = false;
    }
  });
}
