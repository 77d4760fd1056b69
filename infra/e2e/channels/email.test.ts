import { connect } from "node:net";
import { createInterface } from "node:readline";
import { describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import { startEmail } from "./email.ts";

/**
 * Says each line after the answer to the one before, as SMTP asks for.
 * @returns the last line of each answer, the greeting first.
 */
async function talk(address: string, lines: readonly string[]): Promise<readonly string[]> {
  const [host, port] = address.split(":");
  const socket = connect(Number(port), host);
  const answers: string[] = [];
  try {
    const rest = [...lines];
    for await (const line of createInterface({ input: socket })) {
      if (!/^\d{3} /.test(line)) continue;
      answers.push(line);
      const next = rest.shift();
      if (next === undefined) break;
      socket.write(`${next}\r\n`);
    }
  } finally {
    socket.destroy();
  }
  return answers;
}

const base64 = (text: string) => Buffer.from(text).toString("base64");
const envelope = ["MAIL FROM:<gozcu@example.com>", "RCPT TO:<a@example.com>", "RCPT TO:<b@example.com>", "DATA"];
const html =
  '<html><head><title>no</title></head><body><h1>51 &gt; 50</h1><p>see <a href="https://x.example.com">the runbook</a></p></body></html>';
const message = [
  "From: Gozcu <gozcu@example.com>",
  "To: a@example.com",
  `Subject: =?utf-8?b?${base64("🛑 QueueSizeHigh")}?=`,
  "Content-Type: text/html; charset=utf-8",
  "Content-Transfer-Encoding: base64",
  "",
  base64(html),
  ".",
].join("\r\n");
const mail = ["EHLO test", ...envelope, message];
const codes = (answers: readonly string[]) => answers.map((answer) => Number(answer.slice(0, 3)));
const credentials = { user: "gozcu", password: "mail-secret" };

describe("the stand-in of a mail server", () => {
  const keep = createKeep();

  test("takes a mail, and shows it as a person reads it", async () => {
    const email = keep(await startEmail());
    expect(codes(await talk(email.address, mail))).toEqual([220, 250, 250, 250, 250, 354, 250]);
    expect(email.received()).toEqual([
      {
        at: expect.any(Date),
        from: "gozcu@example.com",
        to: ["a@example.com", "b@example.com"],
        subject: "🛑 QueueSizeHigh",
        text: "🛑 QueueSizeHigh\n51 > 50\nsee the runbook (https://x.example.com)",
        html: expect.stringContaining(html),
        plain: undefined,
      },
    ]);
  });

  test.each([
    ["PLAIN", [`AUTH PLAIN ${base64(`\0${credentials.user}\0${credentials.password}`)}`], [235]],
    ["LOGIN", ["AUTH LOGIN", base64(credentials.user), base64(credentials.password)], [334, 334, 235]],
  ])("takes mail after AUTH %s", async (_, login, answered) => {
    const email = keep(await startEmail({ credentials }));
    const [hello = "", ...rest] = mail;
    const answers = await talk(email.address, [hello, ...login, ...rest]);
    expect(codes(answers)).toEqual([220, 250, ...answered, 250, 250, 250, 354, 250]);
    expect(email.received()).toHaveLength(1);
    expect(email.url).toBe(`smtp://gozcu:mail-secret@${email.address}`);
  });

  test("takes no mail without AUTH or with a wrong password", async () => {
    const email = keep(await startEmail({ credentials }));
    const login = `AUTH PLAIN ${base64(`\0${credentials.user}\0wrong`)}`;
    expect(codes(await talk(email.address, ["EHLO test", login, "MAIL FROM:<a@example.com>"]))).toEqual([
      220, 250, 535, 530,
    ]);
    expect(email.received()).toEqual([]);
    expect(email.refused()).toEqual(["AUTH of gozcu: the user or the password is wrong"]);
  });

  test("fails at the sender or after the message, as it is told", async () => {
    const email = keep(await startEmail());
    email.failNext(1, "rateLimit");
    expect((await talk(email.address, ["EHLO test", "MAIL FROM:<a@example.com>"])).at(-1)).toMatch(/^451 4\.7\.1 /);
    email.failNext(1, "serverError");
    expect((await talk(email.address, ["EHLO test", "MAIL FROM:<a@example.com>"])).at(-1)).toMatch(/^554 5\.3\.0 /);
    email.failNextData(1, "rateLimit");
    expect((await talk(email.address, mail)).at(-1)).toMatch(/^451 4\.7\.1 /);
    email.failNextData(1, "serverError");
    expect((await talk(email.address, mail)).at(-1)).toMatch(/^554 5\.3\.0 /);
    expect(email.received()).toEqual([]);
    expect(codes(await talk(email.address, mail)).at(-1)).toBe(250);
    expect(email.received()).toHaveLength(1);
    expect(email.refused()).toEqual([]);
  });

  test("refuses connections until it accepts them again, on the same port", async () => {
    const email = keep(await startEmail());
    await email.refuse();
    await expect(talk(email.address, mail)).rejects.toMatchObject({ code: "ECONNREFUSED" });
    await email.accept();
    expect(codes(await talk(email.address, mail)).at(-1)).toBe(250);
    expect(email.received()).toHaveLength(1);
  });
});
