import { describe, expect, test } from "@jest/globals";
import { alertNames } from "../../app/catalogue/alerts.ts";
import { jobStatuses } from "../../app/catalogue/names.ts";
import type { Client } from "./client.ts";
import { commands } from "./commands.ts";
import { complete, renderOffers } from "./completion.ts";
import { programs } from "./programs.ts";

const jobs = jobStatuses.map((status, i) => ({ id: `01936f7e-7c3a-7d11-8f00-5b7c3f1d2a9${i}`, status }));

/** As far as completing asks it. */
const client = (): Client => ({
  url: "",
  hasKey: async () => true,
  ask: (async () => ({ jobs, nextCursor: null })) as unknown as Client["ask"],
  fetchImage: async () => ({ bytes: Buffer.alloc(0), contentType: "" }),
});

const offer = async (...words: readonly string[]) =>
  (await complete(words, { commands, programs, client })).map(({ text }) => text);

describe("completing a command line", () => {
  test("offers the commands, and those that begin so", async () => {
    expect(await offer("")).toEqual(expect.arrayContaining(["status", "jobs", "silence", "k6"]));
    expect(await offer("st")).toEqual(["status"]);
    expect(await offer("--url", "http://x", "jo")).toEqual(["jobs", "job"]);
  });

  test("offers the options that are not there yet", async () => {
    expect(await offer("jobs", "--")).toEqual(expect.arrayContaining(["--status", "--watch", "--json", "--help"]));
    expect(await offer("jobs", "--json", "--js")).toEqual([]);
    expect(await offer("silence", "--re")).toEqual(["--reason"]);
    expect(await offer("k6", "smoke", "--dur")).toEqual(["--duration"]);
  });

  test("offers what an option can be, however a shell cuts the line", async () => {
    expect(await offer("jobs", "--status", "")).toEqual([...jobStatuses]);
    expect(await offer("jobs", "--status", "fa")).toEqual(["failed"]);
    expect(await offer("jobs", "--status=fa")).toEqual(["--status=failed"]);
    expect(await offer("jobs", "--status", "=", "fa")).toEqual(["failed"]);
    expect(await offer("jobs", "--status", "=")).toEqual([...jobStatuses]);
    expect(await offer("silence", "--alert", "")).toEqual([...alertNames]);
  });

  test("offers the jobs there are, and to cancel those that go on", async () => {
    expect(await offer("job", "")).toEqual(jobs.map(({ id }) => id));
    expect(await offer("cancel", "")).toEqual(jobs.slice(0, 2).map(({ id }) => id));
    expect(await offer("job", jobs[0]?.id ?? "", "")).toEqual([]);
  });

  test("offers scenarios and shells", async () => {
    expect(await offer("k6", "s")).toEqual(["smoke", "stress", "soak"]);
    expect(await offer("completion", "")).toEqual(["bash", "zsh"]);
  });

  test("offers nothing where a file or a text is meant, or there is no such command", async () => {
    for (const words of [
      ["restore", ""],
      ["submit", ""],
      ["submit", "--prompt", ""],
      ["absent", ""],
      ["toString", ""],
    ])
      expect({ words, offers: await offer(...words) }).toEqual({ words, offers: [] });
  });

  test("is told to zsh with what it means, colons kept apart", () => {
    const offers = [{ text: "a:b", meaning: "what: it is" }, { text: "c" }];
    expect(renderOffers(offers, "zsh")).toBe("a\\:b:what: it is\nc\n");
    expect(renderOffers(offers, "bash")).toBe("a:b\nc\n");
  });
});
