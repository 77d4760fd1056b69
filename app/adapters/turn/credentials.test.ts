import { spawnSync } from "node:child_process";
import { describe, expect, test } from "@jest/globals";
import { findProgram } from "../../../infra/e2e/programs.ts";
import { createTurnCredentials, createTurnSecret } from "./credentials.ts";

const secret = "bm90IGEgcmVhbCBzZWNyZXQsIG9ubHkgYSB0ZXN0IQ==";
const expiresAt = new Date("2026-11-05T10:00:00.999Z");

const withOpenssl = findProgram("openssl") === undefined ? test.skip : test;

describe("TURN credentials", () => {
  test("name the second they expire and the label", () => {
    expect(createTurnCredentials({ secret, label: "session-1", expiresAt }).username).toBe("1793872800:session-1");
  });

  withOpenssl("are what openssl works out from the secret's own text", () => {
    const { username, credential } = createTurnCredentials({ secret, label: "session-1", expiresAt });
    const args = ["dgst", "-sha1", "-hmac", secret, "-binary"];
    const { stdout, status } = spawnSync("openssl", args, { input: username });
    expect(status).toBe(0);
    expect(credential).toBe(stdout.toString("base64"));
  });

  test("differ with the secret", () => {
    const of = (text: string) => createTurnCredentials({ secret: text, label: "a", expiresAt }).credential;
    expect(of(createTurnSecret())).not.toBe(of(secret));
  });
});

describe("a TURN secret", () => {
  test("is 32 random bytes in base64", () => {
    const made = createTurnSecret();
    expect(Buffer.from(made, "base64")).toHaveLength(32);
    expect(Buffer.from(made, "base64").toString("base64")).toBe(made);
    expect(createTurnSecret()).not.toBe(made);
  });
});
