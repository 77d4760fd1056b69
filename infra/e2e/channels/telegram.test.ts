import { beforeAll, describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import { startTelegram } from "./telegram.ts";

describe("the stand-in of Telegram", () => {
  const keep = createKeep();
  let telegram: Awaited<ReturnType<typeof startTelegram>>;
  beforeAll(async () => {
    telegram = keep(await startTelegram());
  });

  async function call(method: string, parameters: object = {}, token = telegram.token) {
    const response = await fetch(`${telegram.url}/bot${token}/${method}`, {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(parameters),
    });
    return { status: response.status, answer: (await response.json()) as unknown };
  }
  const send = (parameters: object) => call("sendMessage", { chat_id: telegram.chatId, ...parameters });
  const error = (code: number, description: string) => ({
    status: code,
    answer: { ok: false, error_code: code, description },
  });

  test("takes a message, and keeps it as sent, as shown and as plain text", async () => {
    const markup = '<b>51</b> &gt; 50, <a href="https://x.example.com">runbook</a>\n';
    expect(await send({ text: markup, parse_mode: "HTML" })).toMatchObject({
      status: 200,
      answer: { ok: true, result: { message_id: 1, chat: { id: telegram.chatId }, text: "51 > 50, runbook" } },
    });
    expect(telegram.received().at(-1)).toMatchObject({
      markup,
      shown: "51 > 50, runbook",
      text: "51 > 50, runbook (https://x.example.com)",
      parameters: { parse_mode: "HTML" },
    });
  });

  test("takes a form and an address with parameters, too", async () => {
    const parameters = new URLSearchParams({ chat_id: String(telegram.chatId), text: "1 < 2" });
    const url = `${telegram.url}/bot${telegram.token}/sendMessage`;
    expect((await fetch(url, { method: "POST", body: parameters })).status).toBe(200);
    expect((await fetch(`${url}?${parameters}`)).status).toBe(200);
    expect(
      telegram
        .received()
        .slice(-2)
        .map(({ text }) => text),
    ).toEqual(["1 < 2", "1 < 2"]);
  });

  test("knows its bot and its chat", async () => {
    expect(await call("getMe")).toMatchObject({ status: 200, answer: { ok: true, result: { is_bot: true } } });
    const found = { ok: true, result: { id: telegram.chatId } };
    expect(await call("getChat", { chat_id: telegram.chatId })).toMatchObject({ status: 200, answer: found });
    expect(await call("getChat", { chat_id: 1 })).toEqual(error(400, "Bad Request: chat not found"));
    expect(await call("getMe", {}, "123456:x")).toEqual(error(401, "Unauthorized"));
    expect(await call("sendPigeon")).toEqual(error(404, "Not Found"));
  });

  test.each([
    ["another chat", { chat_id: -1, text: "x" }, "chat not found"],
    ["no chat", { chat_id: "", text: "x" }, "chat_id is empty"],
    ["no text", {}, "message text is empty"],
    ["tags without text", { text: "<b> </b>", parse_mode: "HTML" }, "message text is empty"],
    ["4,097 characters", { text: "x".repeat(4_097) }, "message is too long"],
    ["2,049 characters of two units each", { text: "🛑".repeat(2_049) }, "message is too long"],
    ["another parse mode", { text: "x", parse_mode: "Word" }, "unsupported parse_mode"],
    [
      "wrong HTML",
      { text: "a <br> b", parse_mode: "HTML" },
      `can't parse entities: Unsupported start tag "br" at byte offset 2`,
    ],
  ])("refuses %s", async (_, parameters, description) => {
    const received = telegram.received().length;
    expect(await send(parameters)).toEqual(error(400, `Bad Request: ${description}`));
    expect(telegram.received()).toHaveLength(received);
    expect(telegram.refused().at(-1)).toBe(`POST: 400 Bad Request: ${description}`);
  });

  test("counts the length after the markup is read", async () => {
    const text = `<b>${"&lt;".repeat(4_096)}</b>`;
    expect(await send({ text, parse_mode: "HTML" })).toMatchObject({ status: 200 });
  });
});
