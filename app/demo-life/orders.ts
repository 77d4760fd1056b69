/** What the made-up jobs ask for. */
const subjects = [
  "a lighthouse in the fog",
  "a lighthouse at dusk",
  "a lookout over the Golden Horn",
  "a ferry on the Bosphorus",
  "gulls above a fish market",
  "a cat asleep on a warm engine",
  "a street of wooden houses after rain",
  "a tea garden in autumn",
] as const;

/** ComfyUI refuses it: there is no such node. */
const broken = { "1": { class_type: "NoSuchNode", inputs: {} } };

/** One job in so many fails: fewer than the objective of jobs allows, so that nobody needs to be told. */
const failsOneIn = 125;

/** The body of the `n`th made-up job, counted from 1. */
export function createOrder(n: number, webhookUrl: string) {
  const order = n % failsOneIn === 0 ? { workflow: broken } : { prompt: `demo: ${subjects[n % subjects.length]}` };
  return { type: "image", ...order, webhookUrl };
}

/** The time of a day and of an hour, made short so that something is seen of it. */
const longWaveMs = 1_800_000;
const shortWaveMs = 400_000;

interface Wave {
  readonly middle: number;
  readonly swing: number;
}

const sources: Readonly<Record<string, Readonly<Record<string, Wave>>>> = {
  "demo-site": { activeUsers: { middle: 1_250, swing: 400 }, jobsSubmitted: { middle: 250, swing: 60 } },
  "demo-kiosk": { visitors: { middle: 40, swing: 25 }, roomCelsius: { middle: 22, swing: 3 } },
};

/** What each made-up source reports at a time: numbers that rise and fall. */
export function createReports(at: Date) {
  const ms = at.getTime();
  const height = Math.sin((2 * Math.PI * ms) / longWaveMs) * 0.7 + Math.sin((2 * Math.PI * ms) / shortWaveMs) * 0.3;
  return Object.entries(sources).map(([source, waves]) => ({
    source,
    metrics: Object.fromEntries(
      Object.entries(waves).map(([name, { middle, swing }]) => [name, Math.round(middle + swing * height)]),
    ),
  }));
}
