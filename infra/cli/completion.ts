import type { Options } from "yargs";
import type { JobStatus } from "../../app/catalogue/names.ts";
import { hasEnded } from "../../app/jobs/job.ts";
import type { Client } from "./client.ts";
import { type Command, nameOf, type Suggested } from "./command.ts";
import type { Shell } from "./completion-script.ts";
import { globalOptions } from "./global-options.ts";
import type { CommandProgram } from "./programs.ts";

/** Something that may be typed next, and what it means. */
export interface Offer {
  readonly text: string;
  readonly meaning?: string;
}

/** An option as far as completing needs to know it. */
interface KnownOption {
  readonly meaning?: string;
  readonly choices?: readonly string[];
  readonly takesValue: boolean;
}

/** A command as far as completing needs to know it. */
interface Known {
  readonly options: Readonly<Record<string, KnownOption>>;
  readonly first: () => Promise<readonly Offer[]>;
}

export interface CompletionSources {
  readonly commands: readonly Command[];
  readonly programs: Readonly<Record<string, CommandProgram>>;
  /** Given when it is needed: it may have to look for a key. */
  readonly client: () => Client;
}

/** So many jobs are offered. */
const offeredJobs = 20;

function fromYargs(rows: Readonly<Record<string, Options>>): Known["options"] {
  return Object.fromEntries(
    Object.entries(rows).map(([name, { describe, choices, type }]) => [
      name,
      {
        ...(describe && { meaning: describe }),
        ...(Array.isArray(choices) && { choices: choices.map(String) }),
        takesValue: type !== "boolean",
      },
    ]),
  );
}

async function offerJobs(which: Suggested, client: Client): Promise<readonly Offer[]> {
  const { jobs } = await client.ask("jobList", { query: { limit: String(which === "jobs" ? offeredJobs : 200) } });
  const wanted = (status: JobStatus) => which === "jobs" || !hasEnded(status);
  return jobs
    .filter(({ status }) => wanted(status))
    .slice(0, offeredJobs)
    .map(({ id, status }) => ({ text: id, meaning: status }));
}

function knowCommand(command: Command, { client }: CompletionSources): Known {
  const [positional] = Object.values(command.positionals);
  const { suggests } = command;
  return {
    options: fromYargs({ ...command.options, ...globalOptions }),
    first: async () => {
      if (suggests !== undefined) return offerJobs(suggests, client());
      return (positional?.choices ?? []).map((choice) => ({ text: String(choice) }));
    },
  };
}

async function knowProgram(program: CommandProgram): Promise<Known> {
  const { options, choices = {} } = await program.describe();
  const known = Object.entries(options).map(([name, { type }]) => [
    name,
    { ...(choices[name] && { choices: choices[name] }), takesValue: type !== "boolean" },
  ]);
  return {
    options: Object.fromEntries(known),
    first: async () => (choices[""] ?? []).map((text) => ({ text })),
  };
}

async function know(name: string, sources: CompletionSources): Promise<Known | undefined> {
  const command = sources.commands.find((one) => nameOf(one) === name);
  if (command !== undefined) return knowCommand(command, sources);
  const program = Object.hasOwn(sources.programs, name) ? sources.programs[name] : undefined;
  return program && knowProgram(program);
}

function offerCommands({ commands, programs }: CompletionSources): readonly Offer[] {
  const ours = commands.map((command) => ({ text: nameOf(command), meaning: command.summary }));
  return [...ours, ...Object.entries(programs).map(([text, { summary: meaning }]) => ({ text, meaning }))];
}

function offerOptions(options: Known["options"], typed: readonly string[]): readonly Offer[] {
  return Object.entries(options)
    .map(([name, { meaning }]) => ({ text: `--${name}`, ...(meaning !== undefined && { meaning }) }))
    .filter(({ text }) => !typed.includes(text));
}

const asOffers = (option: KnownOption | undefined) => (option?.choices ?? []).map((text) => ({ text }));

/** The words that are neither an option nor the value of one. */
function argumentsOf(words: readonly string[], options: Known["options"]): readonly string[] {
  const takesValue = (word: string | undefined) => word?.startsWith("--") && options[word.slice(2)]?.takesValue;
  return words.filter((word, i) => !word.startsWith("-") && !takesValue(words[i - 1]));
}

/** Bash cuts `--status=failed` at the sign; without, it reads the same. */
function joinSigns(words: readonly string[]): readonly string[] {
  return words.filter((word, i) => word !== "=" || !words[i - 1]?.startsWith("--") || i === words.length - 1);
}

/**
 * What may stand in the place of the last of `words`, which is what has been typed of it; the words are those behind
 * `gozcu`. Nothing where only the user can know it, or a file is meant.
 */
export async function complete(words: readonly string[], sources: CompletionSources): Promise<readonly Offer[]> {
  const given = joinSigns(words);
  const typed = given.at(-1) ?? "";
  const before = given.slice(0, -1);
  const matching = (offers: readonly Offer[], beginning: string) =>
    offers.filter(({ text }) => text.startsWith(beginning) && text !== "");
  const global = fromYargs(globalOptions);
  const [name] = argumentsOf(before, global);
  const known = name === undefined ? undefined : await know(name, sources);
  const options = known?.options ?? global;

  // bash: `--status=` is the option, the sign, and nothing.
  if (typed === "=") return asOffers(options[before.at(-1)?.slice(2) ?? ""]);
  const [, option, value] = /^--([^=]+)=(.*)$/.exec(typed) ?? [];
  if (option !== undefined)
    return matching(asOffers(options[option]), value ?? "").map(({ text }) => ({ text: `--${option}=${text}` }));
  const last = before.at(-1);
  const pending = last?.startsWith("--") ? options[last.slice(2)] : undefined;
  if (pending?.takesValue) return matching(asOffers(pending), typed);
  if (typed.startsWith("-")) return matching(offerOptions(options, before), typed);
  if (name === undefined) return matching(offerCommands(sources), typed);
  if (known === undefined || argumentsOf(before, options).length > 1) return [];
  return matching(await known.first(), typed);
}

/** As the shell's script takes it: a line for each; zsh shows the meaning behind the colon. */
export function renderOffers(offers: readonly Offer[], shell: Shell): string {
  const line = ({ text, meaning }: Offer) => {
    if (shell === "bash") return text;
    const word = text.replaceAll(":", "\\:");
    return meaning === undefined ? word : `${word}:${meaning}`;
  };
  return offers.map((offer) => `${line(offer)}\n`).join("");
}
