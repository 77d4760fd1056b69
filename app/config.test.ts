import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "@jest/globals";
import { ConfigError, readConfig } from "./config.ts";
import { settings } from "./settings.ts";

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

  test.each([
    ["TELEGRAM_CHAT_ID", "1", "TELEGRAM_BOT_TOKEN and TELEGRAM_CHAT_ID belong together"],
    ["SMTP_URL", "smtp://mail.example", "SMTP_URL and ALERT_EMAIL_TO belong together"],
  ])("asks for both of a pair or neither, along with every other problem (%s alone)", (name, value, problem) => {
    expect(problemsOf({ [name]: value, PORT: "abc" })).toEqual([
      expect.stringMatching(/^PORT must be/),
      expect.stringContaining(problem),
    ]);
  });

  test.each([
    ["SMTP_URL", "smtp://bot:50%off@mail.example", "percent-encoded"],
    ["SMTP_URL", "smtp://mail.example:465", "smtps://"],
    ["TELEGRAM_BOT_TOKEN", "a token with spaces", "BotFather"],
    ["TELEGRAM_CHAT_ID", "@channel", "the chat's number"],
    ["TELEGRAM_CHAT_ID", "-100123456789012345678", "the chat's number"],
    ["ALERT_EMAIL_TO", "one@example.com, two", "must be e-mail addresses"],
    ["WORKER_METRICS", "http://127.0.0.1:9465", "must be addresses such as"],
    ["ALERTS_TOKEN", "short", "16 characters or more"],
  ])("says what %s may be instead of %s, without telling a secret", (name, value, allowed) => {
    const others = {
      TELEGRAM_BOT_TOKEN: "1:a",
      TELEGRAM_CHAT_ID: "1",
      SMTP_URL: "smtp://m.example",
      ALERT_EMAIL_TO: "a@b.co",
    };
    const [problem = "", ...further] = problemsOf({ ...others, [name]: value });
    expect(further).toEqual([]);
    expect(problem).toContain(name);
    expect(problem).toContain(allowed);
    if ("secret" in settings[name as keyof typeof settings]) expect(problem).not.toContain(value);
  });
});
