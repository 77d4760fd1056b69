import { setTimeout as delay } from "node:timers/promises";
import { errorMessage } from "../app/error-message.ts";
import { exitCodes, Obstacle } from "../app/start/obstacle.ts";
import { createPaint } from "../app/start/paint.ts";
import { createScreen } from "../app/start/screen.ts";
import { type Command, readCommand, UsageError, usage } from "./demo/command.ts";
import { createNarrator, FalseLine } from "./demo/narrator.ts";
import { setStage } from "./demo/stage.ts";
import { findMonitoring, playTour } from "./demo/tour.ts";
import { scale } from "./tree-copy.ts";

const exitFalse = 1;
const exitUsage = 2;
/** As a shell has it for a program that was ended by SIGINT. */
const exitInterrupted = 130;

/** Ctrl-C, or whatever else asks to stop. */
class Interrupted extends Error {
  override readonly name = "Interrupted";
}

/** Until somebody asks to stop. */
async function wait(signal: AbortSignal): Promise<void> {
  while (!signal.aborted) await delay(3_600_000, undefined, { signal }).catch(() => {});
}

/** @returns the exit code. */
async function main({ short, keep, port }: Command): Promise<number> {
  const stopping = new AbortController();
  const { signal } = stopping;
  const stop = () => stopping.abort(new Interrupted("interrupted"));
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(name, stop);
  // Nobody listens any more where the terminal or the pipe is gone.
  for (const stream of [process.stdout, process.stderr]) stream.on("error", stop);

  const live = process.stdout.isTTY === true;
  const screen = createScreen(process.stdout);
  const paint = createPaint(process.stdout);
  const narrator = createNarrator({ screen, paint, live, signal });
  const { installed: alerts, missing } = findMonitoring(process.env.PATH ?? "");

  const stage = await setStage({
    port,
    timeScale: alerts ? scale : 1,
    monitoring: alerts,
    doing: (title) => live && screen.progress(`starting ${title} …`),
    signal,
  });
  try {
    screen.progress("");
    screen.write(`\n${paint("bold", "Gözcü, a guided tour")}\n  the page is at ${paint("cyan", `${stage.url}/`)}\n`);
    // A log is kept, and the key is of use as long as the page is there.
    if (live) screen.write(`  its key, of this tour only: ${stage.apiKey}\n`);
    if (alerts) screen.write(`  what alerting waits for goes ${1 / scale} times faster here than in production\n`);
    for (const line of missing) screen.write(`  left out are the alerts, which are ${line}\n`);
    await playTour({ stage, narrator, alerts, short });
    screen.write(`\n${narrator.told()} lines were said, and each was true.\n`);
    if (keep) {
      screen.write(`The page stays at ${stage.url}/ until Ctrl-C.\n`);
      await wait(signal);
    }
    return 0;
  } catch (error) {
    if (signal.aborted) return exitInterrupted;
    if (error instanceof FalseLine) {
      screen.write("\nThat line was not true: the tour ends here.\n");
      return exitFalse;
    }
    throw error;
  } finally {
    if (live) screen.progress("stopping everything …");
    await stage.close();
    screen.progress("");
    screen.write("Everything is stopped, and the temporary folder is gone.\n");
  }
}

function exitCodeOf(error: unknown): number {
  if (error instanceof UsageError) return exitUsage;
  if (error instanceof Interrupted) return exitInterrupted;
  return error instanceof Obstacle ? error.exitCode : exitCodes.unavailable;
}

try {
  const command = readCommand(process.argv.slice(2));
  if (command.help) process.stdout.write(usage);
  else process.exitCode = await main(command);
} catch (error) {
  if (!(error instanceof Interrupted)) process.stderr.write(`demo: ${errorMessage(error)}\n`);
  process.exitCode = exitCodeOf(error);
}
