import type { Beside } from "../../infra/engines/process/beside.ts";
import packageJson from "../../package.json" with { type: "json" };
import type { Config } from "../config.ts";
import type { Service } from "../service.ts";
import { renderHumanRecord } from "./human-log.ts";
import { renderIntroduction } from "./introduction.ts";
import { createPaint } from "./paint.ts";
import { createScreen } from "./screen.ts";
import { createSteps, type Steps } from "./steps.ts";

/** What runs beside the service: for a table, and for a log. */
export type Besides = Pick<Beside, "lines" | "rows" | "notes">;

/** How whoever has started us is told of it. */
export interface Reception {
  /** Takes the lines of the log; standard output when left out. */
  readonly logTo?: { write(line: string): void };
  readonly steps: Steps;
  /** Something else is started now. */
  doing(title: string): void;
  /** The service answers; what runs beside it may still start. */
  ready(service: Service): void;
  /** Everything has been started, or told why not. */
  complete(service: Service, besides: Besides): Promise<void>;
  /** The first request to stop has come. */
  stopping(): void;
  /** Nothing more is told. */
  end(): void;
}

type About = Pick<Config, "ROLE" | "DATA_DIR" | "API_KEYS">;

const { version } = packageJson;

/**
 * For a person at a terminal: progress while things start, then a table, the key on the first start, and what to do next.
 */
export function createTerminalReception(config: About, stream: NodeJS.WriteStream): Reception {
  const screen = createScreen(stream);
  const paint = createPaint(stream);
  let suffix = "";
  let stopped = false;
  const doing = (title: string) => screen.progress(`starting ${title} …${suffix}`);
  return {
    logTo: { write: (line) => screen.write(renderHumanRecord(line, paint)) },
    doing,
    steps: createSteps(doing),
    ready({ url }) {
      suffix = ` (the API answers at ${url})`;
    },
    async complete(service, { rows, notes }) {
      const own = await service.describe();
      if (stopped) return;
      const { apiKey: madeApiKey, webhookSecret } = service.made;
      const demo = service.demo && "the demo renderer draws patterns and no pictures: set COMFYUI_URL for a ComfyUI";
      const signed = webhookSecret && `webhooks are signed with the secret in ${config.DATA_DIR}/webhook-secret`;
      screen.progress("");
      screen.write(
        renderIntroduction(
          {
            ...{ version, madeApiKey, url: service.url, dataFolder: config.DATA_DIR },
            seconds: process.uptime(),
            rows: [...own, ...rows],
            notes: [...notes, demo, signed].filter((note) => typeof note === "string"),
            keyIsInFolder: config.API_KEYS === undefined,
          },
          paint,
        ),
      );
    },
    stopping() {
      stopped = true;
      screen.progress("");
      screen.write("\nfinishing what is in hand; Ctrl-C again hands the jobs back to the queue at once\n");
    },
    end: () => screen.progress(""),
  };
}

/** For a log that is collected and kept: JSON lines, and no key in them. */
export function createLogReception(config: About): Reception {
  return {
    steps: createSteps(),
    doing() {},
    ready({ log, url, made }) {
      log("info", `Gözcü ${version} is ready in ${process.uptime().toFixed(1)} s (role ${config.ROLE}) at ${url}`);
      if (made.apiKey !== undefined) log("info", "an API key was made: it is in the data folder, file api-key");
    },
    async complete({ log }, { lines }) {
      for (const line of lines) log("info", `alerts: ${line}`);
    },
    stopping() {},
    end() {},
  };
}
