import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig, settings } from "./config.ts";

function problemsOf(env: Record<string, string>): readonly string[] {
  try {
    readConfig(env);
  } catch (error) {
    if (error instanceof ConfigError) return error.problems;
    throw error;
  }
  return [];
}

function writeSecret(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), "gozcu-test-")), "secret");
  writeFileSync(file, text);
  return file;
}

describe("the configuration", () => {
  test("takes the documented defaults when nothing is set", () => {
    expect(readConfig({})).toMatchObject({
      PORT: 3000,
      HOST: "127.0.0.1",
      ROLE: "all",
      DATA_DIR: ".gozcu",
      RATE_LIMIT: "advise",
      TRUST_PROXY: 0,
      WEBHOOK_ALLOW_PRIVATE: false,
      OTEL_SERVICE_NAME: "gozcu",
      OTEL_EXPORTER_PROMETHEUS_PORT: 9464,
    });
  });

  test("counts an empty text as not set", () => {
    expect(readConfig({ PORT: "", DATABASE_URL: "" })).toMatchObject({ PORT: 3000 });
  });

  test("reads each setting from NAME_FILE too, without the newline at its end", () => {
    const file = writeSecret("postgres://user:pass@db/gozcu\n");
    expect(readConfig({ DATABASE_URL_FILE: file }).DATABASE_URL).toBe("postgres://user:pass@db/gozcu");
  });

  test("reports all problems at once, each with what is allowed", () => {
    expect(problemsOf({ PORT: "70000", ROLE: "boss", QUEUE_URL: "amqp://x", RATE_LIMIT: "maybe" })).toEqual([
      expect.stringMatching(/^PORT .*65535.*\(is "70000"\)$/),
      'ROLE must be all, api or worker (is "boss")',
      "QUEUE_URL must be redis://… or rediss://… or postgres://… or postgresql://…",
      'RATE_LIMIT must be enforce, advise or off (is "maybe")',
    ]);
  });

  test.each(Object.entries(settings).filter(([, row]) => "secret" in row))("never shows the value of %s", (name) => {
    const value = "x-secret-x";
    expect(problemsOf({ [name]: value }).join("\n")).not.toContain(value);
  });

  test("refuses NAME and NAME_FILE together, and a file that is not there", () => {
    const file = writeSecret("a");
    expect(problemsOf({ API_KEYS: "k".repeat(20), API_KEYS_FILE: file, WEBHOOK_SECRET_FILE: "/nowhere" })).toEqual([
      "API_KEYS and API_KEYS_FILE are both set: set one of them",
      expect.stringMatching(/^WEBHOOK_SECRET_FILE: cannot read \/nowhere .*ENOENT/),
    ]);
  });

  test("takes several keys, and refuses one that is easily guessed", () => {
    expect(readConfig({ API_KEYS: "0123456789abcdef, fedcba9876543210" }).API_KEYS).toEqual([
      "0123456789abcdef",
      "fedcba9876543210",
    ]);
    expect(problemsOf({ API_KEYS: "short" })).toEqual([expect.stringMatching(/16 characters/)]);
  });

  test("refuses credentials in ComfyUI's address, without showing them", () => {
    const [problem] = problemsOf({ COMFYUI_URL: "http://bob:hunter2@comfyui:8188" });
    expect(problem).toMatch(/^COMFYUI_URL must not carry a user name or a password/);
    expect(problem).not.toContain("hunter2");
  });

  test("asks a worker for what it shares with the others", () => {
    expect(problemsOf({ ROLE: "worker" })).toEqual([
      expect.stringMatching(/^ROLE=worker needs DATABASE_URL/),
      expect.stringMatching(/^ROLE=worker needs WEBHOOK_SECRET/),
    ]);
  });

  test("asks for both of Telegram's settings or neither", () => {
    expect(problemsOf({ TELEGRAM_CHAT_ID: "1" })).toEqual([expect.stringMatching(/belong together/)]);
  });
});
