import { createServer, type RequestListener, type Server } from "node:http";
import { afterEach, describe, expect, test } from "@jest/globals";
import { checkTelegram } from "./telegram.ts";

const token = "110201543:AAHdqTcvCH1vGWJxfSeofSAs0K5PALDsaw";
const servers: Server[] = [];

/** A server that stands in for Telegram; gives its address. */
async function listen(handler: RequestListener): Promise<string> {
  const server = createServer(handler);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return `http://127.0.0.1:${address.port}`;
}

async function close(server: Server): Promise<void> {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
}

afterEach(async () => {
  for (const server of servers.splice(0)) await close(server);
});

const answer =
  (status: number, body: string): RequestListener =>
  (_request, response) =>
    void response.writeHead(status, { "Content-Type": "application/json" }).end(body);

describe("the check of Telegram", () => {
  test("asks with the bot's token for the chat, and is content when the chat is there", async () => {
    const asked: unknown[] = [];
    const baseUrl = await listen((request, response) => {
      asked.push([request.method, request.url]);
      response.end('{"ok":true,"result":{"id":-100}}');
    });
    expect(await checkTelegram({ token, chatId: "@ops & on-call", baseUrl })).toBeUndefined();
    expect(asked).toEqual([["GET", `/bot${token}/getChat?chat_id=%40ops%20%26%20on-call`]]);
  });

  test.each([
    [
      "its own words",
      400,
      '{"ok":false,"error_code":400,"description":"Bad Request: chat not found"}',
      /chat not found/,
    ],
    ["the status when it gives no words", 401, '{"ok":false}', /^status 401$/],
    ["that a page is no answer", 502, "<html>Bad Gateway</html>", /not Telegram's, status 502/],
    ["that other JSON is no answer", 200, '{"status":"fine"}', /not Telegram's, status 200/],
  ])("tells why not: %s", async (_, status, body, reason) => {
    const baseUrl = await listen(answer(status, body));
    const refusal = await checkTelegram({ token, chatId: "-100", baseUrl });
    expect(refusal).toMatch(reason);
    expect(refusal).not.toContain(token);
  });

  test.each<[string, RequestListener]>([
    ["nothing", () => undefined],
    ["half an answer", (_request, response) => void response.writeHead(200).write('{"ok":')],
  ])("does not wait for a server that sends %s", async (_, handler) => {
    const baseUrl = await listen(handler);
    const refusal = await checkTelegram({ token, chatId: "-100", baseUrl, deadlineMs: 50 });
    expect(refusal).toBe("no answer within 50 ms");
  });

  test("tells that nobody is there, without the address, which holds the token", async () => {
    const baseUrl = await listen(() => undefined);
    for (const server of servers.splice(0)) await close(server);
    const refusal = await checkTelegram({ token, chatId: "-100", baseUrl });
    expect(refusal).toBe("Telegram cannot be reached");
  });
});
