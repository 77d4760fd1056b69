import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "../config.ts";
import { readCommand, usage } from "./command.ts";

/** The problems that a person is told of, with the exit code. */
function refusalOf(args: readonly string[], env: Readonly<Record<string, string>> = {}) {
  try {
    readConfig(env, readCommand(args));
  } catch (error) {
    if (error instanceof ConfigError) return { problems: error.problems, exitCode: error.exitCode };
    throw error;
  }
  return undefined;
}

const known = "there are --port N, --data FOLDER, --log-level LEVEL, --demo, --json, --help";

describe("the command line of npm start", () => {
  test("goes over the environment, and over files that the environment names", () => {
    const env = { PORT: "4000", DATA_DIR_FILE: "/nowhere", LOG_LEVEL: "nonsense" };
    const config = readConfig(env, readCommand(["--port", "0", "--data=here", "--log-level", "debug"]));
    expect(config).toMatchObject({ PORT: 0, DATA_DIR: "here", LOG_LEVEL: "debug" });
  });

  test("leaves the environment alone where it says nothing", () => {
    expect(readConfig({ PORT: "4000" }, readCommand([]))).toMatchObject({ PORT: 4_000, DATA_DIR: ".gozcu" });
  });

  test("has switches", () => {
    expect(readCommand(["--demo", "--json"])).toMatchObject({ demo: true, json: true, help: false });
    expect(readCommand(["-h"])).toMatchObject({ demo: false, json: false, help: true });
  });

  test("reports every wrong flag, and what is wrong with the settings besides, at once", () => {
    expect(
      refusalOf(["--prot", "1", "--port", "70000", "--log-level", "loud", "--data", "--demo"], {
        RATE_LIMIT: "maybe",
      }),
    ).toEqual({
      problems: [
        `--prot is not known: ${known}`,
        `"1" is not understood: ${known}`,
        "--data needs a value: --data FOLDER",
        '--port must be a port number, 0 (any free port) to 65535 (is "70000")',
        '--log-level must be trace, debug, info, warn, error or silent (is "loud")',
        'RATE_LIMIT must be enforce, advise or off (is "maybe")',
      ],
      exitCode: 64,
    });
  });

  test.each([
    [["--port"], "--port needs a value: --port N"],
    [["--data="], "--data needs a value: --data FOLDER"],
    [["--demo=yes"], "--demo takes no value"],
    [["-x"], `-x is not known: ${known}`],
    [["--toString"], `--toString is not known: ${known}`],
    [["serve"], `"serve" is not understood: ${known}`],
  ])("refuses %j", (args, problem) => {
    expect(refusalOf(args)).toEqual({ problems: [problem], exitCode: 64 });
  });

  test("has exit code 78 for what only the environment has wrong", () => {
    expect(refusalOf(["--port", "0"], { ROLE: "boss" })).toMatchObject({ exitCode: 78 });
  });

  test("lets nobody pour made-up jobs into one role of several", () => {
    expect(refusalOf(["--demo"], { ROLE: "api" })).toEqual({
      problems: [expect.stringMatching(/^--demo needs the role all, and ROLE is api/)],
      exitCode: 64,
    });
  });

  test("is documented by --help: each flag, with its setting", () => {
    for (const text of [
      "--port N",
      "--data FOLDER",
      "--log-level LEVEL",
      "--demo",
      "--json",
      "--help",
      "over DATA_DIR",
    ])
      expect(usage).toContain(text);
  });
});
