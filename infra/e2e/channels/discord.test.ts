import { beforeAll, describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import { startDiscord } from "./discord.ts";

describe("the stand-in of Discord", () => {
  const keep = createKeep();
  let discord: Awaited<ReturnType<typeof startDiscord>>;
  beforeAll(async () => {
    discord = keep(await startDiscord());
  });

  const json = { "content-type": "application/json" };
  async function post(body: string, url = discord.url) {
    const response = await fetch(url, { method: "POST", headers: json, body });
    const text = await response.text();
    return { status: response.status, answer: text === "" ? undefined : (JSON.parse(text) as unknown) };
  }
  const send = (payload: object) => post(JSON.stringify(payload));

  test("answers 204 with nothing, and shows embeds as a person reads them", async () => {
    const embed = {
      author: { name: "gozcu" },
      title: "QueueSizeHigh",
      url: "https://alerts.example.com",
      description: "**Value** 51 \\> 50 in `jobs`, see [the runbook](https://runbooks.example.com/a_b)",
      color: 0xff0000,
      fields: [{ name: "Severity", value: "warning", inline: true }],
      footer: { text: "since 12:00" },
    };
    expect(await send({ content: "Attention", embeds: [embed] })).toEqual({ status: 204, answer: undefined });
    const message = discord.received().at(-1);
    expect(message?.text.split("\n")).toEqual([
      "Attention",
      "gozcu",
      "QueueSizeHigh (https://alerts.example.com)",
      "Value 51 > 50 in jobs, see the runbook (https://runbooks.example.com/a_b)",
      "Severity: warning",
      "since 12:00",
    ]);
    expect(message?.payload).toMatchObject({ content: "Attention", embeds: [embed] });
  });

  test.each([
    ["marks", "**a** *b* __c__ _d_ ~~e~~ ||f|| `g` **h *i***", "a b c d e f g h i"],
    ["no marks in words", "2 * 3 * 4 jobs_in_queue", "2 * 3 * 4 jobs_in_queue"],
    ["escaped marks", "\\*a\\* \\[b\\](c) **\\*\\*** \\`d\\` \\\\", "*a* [b](c) ** `d` \\"],
    ["marks in code as they are", "`**a** \\*`", "**a** \\*"],
    ["addresses as they are", "https://x/_a_/*b* <https://x/_a_>", "https://x/_a_/*b* https://x/_a_"],
    ["links", "[a *b* \\]](https://x/_a_) [c](<https://y>)", "a b ] (https://x/_a_) c (https://y)"],
  ])("reads %s", async (_, content, text) => {
    await send({ content });
    expect(discord.received().at(-1)?.text).toBe(text);
  });

  const tooLong = (max: number) => ({
    _errors: [{ code: "BASE_TYPE_MAX_LENGTH", message: `Must be ${max} or fewer in length.` }],
  });
  const inEmbed = (errors: object) => ({ embeds: { 0: errors } });
  const field = (name: string, value: string) => ({ name, value });
  test.each([
    ["content", 2_000, (length: number) => ({ content: "🛑".repeat(length) }), { content: tooLong(2_000) }],
    [
      "embeds",
      10,
      (length: number) => ({ embeds: Array.from({ length }, () => ({ title: "x" })) }),
      { embeds: tooLong(10) },
    ],
    ["title", 256, (length: number) => ({ embeds: [{ title: "x".repeat(length) }] }), inEmbed({ title: tooLong(256) })],
    [
      "description",
      4_096,
      (length: number) => ({ embeds: [{ description: "x".repeat(length) }] }),
      inEmbed({ description: tooLong(4_096) }),
    ],
    [
      "fields",
      25,
      (length: number) => ({ embeds: [{ fields: Array.from({ length }, () => field("a", "b")) }] }),
      inEmbed({ fields: tooLong(25) }),
    ],
    [
      "a field's value",
      1_024,
      (length: number) => ({ embeds: [{ fields: [field("a", "x".repeat(length))] }] }),
      inEmbed({ fields: { 0: { value: tooLong(1_024) } } }),
    ],
    [
      "footer",
      2_048,
      (length: number) => ({ embeds: [{ footer: { text: "x".repeat(length) } }] }),
      inEmbed({ footer: { text: tooLong(2_048) } }),
    ],
  ])("takes %s up to its limit, and refuses one more", async (_, max, payload, errors) => {
    expect(await send(payload(max))).toMatchObject({ status: 204 });
    expect(await send(payload(max + 1))).toEqual({
      status: 400,
      answer: { code: 50_035, message: "Invalid Form Body", errors },
    });
  });

  test("takes embeds up to their limit together, and refuses one character more", async () => {
    const embeds = (rest: number) => [{ description: "x".repeat(4_000) }, { description: "x".repeat(rest) }];
    expect(await send({ embeds: embeds(2_000) })).toMatchObject({ status: 204 });
    expect(await send({ embeds: embeds(2_001) })).toMatchObject({
      status: 400,
      answer: { code: 50_035, errors: { embeds: { _errors: [{ code: "MAX_EMBED_SIZE_EXCEEDED" }] } } },
    });
    expect(discord.refused().at(-1)).toContain("6000");
  });

  test.each([
    ["a message that says nothing", '{"content":" ","embeds":[]}', 400, 50_006],
    ["what is not JSON", "hello", 400, 50_109],
    ["an embed of the wrong form", '{"embeds":[{"title":1}]}', 400, 50_035],
  ])("refuses %s", async (_, body, status, code) => {
    const received = discord.received().length;
    expect(await post(body)).toMatchObject({ status, answer: { code } });
    expect(discord.received()).toHaveLength(received);
  });

  test("knows its id and its token", async () => {
    expect(await post("{}", `${discord.url}x`)).toEqual({
      status: 401,
      answer: { code: 50_027, message: "Invalid Webhook Token" },
    });
    expect(await post("{}", new URL("/api/webhooks/1/x", discord.url).href)).toEqual({
      status: 404,
      answer: { code: 10_015, message: "Unknown Webhook" },
    });
    expect((await fetch(discord.url, { method: "PUT" })).status).toBe(405);
  });
});
