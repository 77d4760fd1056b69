import yargs, { type Argv } from "yargs";
import { closeNames } from "../close-names.ts";
import { type Command, nameOf } from "./command.ts";
import { exits } from "./exit-codes.ts";
import { Failure } from "./failure.ts";
import { type GlobalOptions, globalOptions } from "./global-options.ts";
import type { CommandProgram } from "./programs.ts";

export type CommandLine =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "version" }
  | {
      readonly kind: "command";
      readonly command: Command;
      readonly given: Readonly<Record<string, unknown>>;
      readonly global: GlobalOptions;
    };

const program = "npx gozcu";

/** Our own words where yargs' would be strange here. */
const rewordings: readonly (readonly [theirs: RegExp, ours: string])[] = [
  [/^Unknown (?:argument|command)s?: (.*)$/s, "there is no $1 here"],
  [/^Invalid values:\s*Argument: (.*), Given: (.*), Choices: (.*)$/s, "$1 cannot be $2; it is one of $3"],
  [/^Not enough non-option arguments: .*$/s, "an argument is missing"],
  [/^Not enough arguments following: (.*)$/s, "--$1 needs a value"],
];

function reword(message: string): string {
  const text = message.trim();
  const [theirs, ours] = rewordings.find(([pattern]) => pattern.test(text)) ?? [];
  return theirs === undefined || ours === undefined ? text : text.replace(theirs, ours);
}

function describeExits(): string {
  const lines = Object.values(exits).map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return `Exit codes; those from silence to k6 have their own, see their --help:\n${lines.join("\n")}`;
}

/** What someone may have meant by an option or a command that there is not. */
function suggest(args: readonly string[], known: readonly string[], names: readonly string[]): string {
  const unknown = args
    .filter((arg) => arg.startsWith("--"))
    .map((arg) => arg.slice(2).replace(/=.*/s, ""))
    .find((name) => !known.includes(name));
  const [first = ""] = args.filter((arg) => !arg.startsWith("-"));
  const [close] =
    unknown === undefined
      ? names.includes(first) || first === ""
        ? []
        : closeNames(first, names)
      : closeNames(unknown, known).map((name) => `--${name}`);
  return close === undefined ? "" : `: did you mean ${close}?`;
}

/** yargs makes an empty text of a - that is an argument of its own. */
function restoreDash(
  given: object,
  { positionals }: Command,
  args: readonly string[],
): Readonly<Record<string, unknown>> {
  const entries = Object.entries(given).map(([name, value]) => {
    const lost = value === "" && Object.hasOwn(positionals, name) && args.includes("-");
    return [name, lost ? "-" : value];
  });
  return Object.fromEntries(entries);
}

interface Parts {
  readonly commands: readonly Command[];
  readonly programs: Readonly<Record<string, CommandProgram>>;
  /** How wide the help may be. */
  readonly columns: number;
}

/** yargs for these commands; what it finds is given to `found`. */
function createParser(
  args: readonly string[],
  { commands, programs, columns }: Parts,
  found: (command: Command, given: object) => void,
): Argv {
  const parser = yargs([...args])
    .scriptName(program)
    .locale("en")
    .help(false)
    .version(false)
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
    })
    .usage(
      "Usage: $0 <command> [options]\n\nAsks the service that npm start runs here, or another, and tells what it says.",
    )
    .options(globalOptions)
    .group(Object.keys(globalOptions), "For every command:")
    .strict()
    .demandCommand(1, 1, "no command is named", "one command at a time")
    .wrap(columns)
    .epilogue(describeExits());
  for (const command of commands) {
    parser.command(
      command.synopsis,
      command.summary,
      (own) => {
        for (const [name, row] of Object.entries(command.positionals)) own.positional(name, row);
        own.options({ ...command.options }).group(Object.keys(command.options), "Options:");
        for (const [line, meaning] of command.examples) own.example(`$0 ${line}`, meaning);
        return own;
      },
      (given) => found(command, given),
    );
  }
  for (const [name, { summary }] of Object.entries(programs)) {
    parser.command(`${name} [options..]`, summary, {}, () => {
      throw new Failure("usage", `${name} reads its options itself: write it first, as in ${program} ${name} --help`);
    });
  }
  return parser;
}

/** The help of one command, else of all. */
function renderHelp(command: Command | undefined, parts: Parts): Promise<string> {
  return createParser(command === undefined ? [] : [nameOf(command)], parts, () => {}).getHelp();
}

/**
 * Reads what was asked for. The programs, which read their arguments themselves, are not for here.
 * @throws Failure when the command is wrong, saying what may have been meant.
 */
export async function readCommandLine(args: readonly string[], parts: Parts): Promise<CommandLine> {
  let found: { readonly command: Command; readonly given: object } | undefined;
  const names = [...parts.commands.map(nameOf), ...Object.keys(parts.programs)];
  const named = parts.commands.find((command) => args.includes(nameOf(command)));
  const known: readonly string[] = Object.keys({ ...globalOptions, ...named?.options });
  const parser = createParser(args, parts, (command, given) => {
    found = { command, given };
  }).fail((message, error) => {
    if (error instanceof Failure) throw error;
    throw new Failure("usage", `${reword(message ?? error.message)}${suggest(args, known, names)} (see --help)`);
  });
  if (args.includes("--help")) return { kind: "help", text: `${await renderHelp(named, parts)}\n` };
  if (args.includes("--version")) return { kind: "version" };
  await parser.parseAsync();
  if (found === undefined) throw new Failure("usage", "no command is named (see --help)");
  const { command, given } = found;
  return { kind: "command", command, given: restoreDash(given, command, args), global: given as GlobalOptions };
}
