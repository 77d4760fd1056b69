import { beforeAll, describe, expect, test } from "@jest/globals";
import { createKeep } from "../keep.ts";
import { startSlack } from "./slack.ts";

describe("the stand-in of Slack", () => {
  const keep = createKeep();
  let slack: Awaited<ReturnType<typeof startSlack>>;
  beforeAll(async () => {
    slack = keep(await startSlack());
  });

  const json = { "content-type": "application/json" };
  async function post(body: string, headers: Record<string, string> = json, url = slack.url) {
    const response = await fetch(url, { method: "POST", headers, body });
    return { status: response.status, body: await response.text() };
  }

  test("says ok as plain text", async () => {
    const response = await fetch(slack.url, { method: "POST", headers: json, body: '{"text":"hello"}' });
    expect(response.status).toBe(200);
    expect(response.headers.get("content-type")).toContain("text/plain");
    expect(await response.text()).toBe("ok");
  });

  test("shows attachments as a person reads them", async () => {
    const attachment = {
      fallback: "for a watch",
      pretext: "Attention",
      title: "QueueSizeHigh",
      title_link: "https://alerts.example.com/",
      text: "*Value* 51 &gt; 50 in `jobs`, see <https://runbooks.example.com/a_b|the runbook> or <https://x.example.com>",
      fields: [{ title: "Severity", value: "warning", short: true }],
      actions: [{ type: "button", text: "Silence", url: "https://silence.example.com" }],
      footer: "gozcu",
      mrkdwn_in: ["text"],
    };
    expect(await post(JSON.stringify({ channel: "#alerts", attachments: [attachment] }))).toMatchObject({
      status: 200,
    });
    const message = slack.received().at(-1);
    expect(message?.text.split("\n")).toEqual([
      "Attention",
      "QueueSizeHigh (https://alerts.example.com/)",
      "Value 51 > 50 in jobs, see the runbook (https://runbooks.example.com/a_b) or https://x.example.com",
      "Severity: warning",
      "Silence (https://silence.example.com)",
      "gozcu",
    ]);
    expect(message?.payload).toMatchObject({ channel: "#alerts", attachments: [attachment] });
  });

  test("reads marks in the message, and in an attachment where that asks for it", async () => {
    const text = "*a* _b_ ~c~ `d` 2 * 3 * 4 jobs_in_queue";
    const plain = "a b c d 2 * 3 * 4 jobs_in_queue";
    await post(JSON.stringify({ text, attachments: [{ title: text, text, mrkdwn_in: ["text"] }, { text }] }));
    expect(slack.received().at(-1)?.text.split("\n")).toEqual([plain, text, plain, text]);
  });

  test.each([
    ["what is not JSON", "hello", json, "invalid_payload"],
    ["JSON that is no object", '"hello"', json, "invalid_payload"],
    ["an attachment that is no object", '{"attachments":["hello"]}', json, "invalid_payload"],
    ["another content type", '{"text":"hello"}', { "content-type": "text/plain" }, "invalid_payload"],
    ["a message that says nothing", '{"username":"gozcu","attachments":[]}', json, "no_text"],
    ["empty attachments", '{"attachments":[{"color":"danger"}]}', json, "no_text"],
    ["101 attachments", JSON.stringify({ attachments: Array(101).fill({ text: "x" }) }), json, "too_many_attachments"],
  ])("refuses %s", async (_, body, headers, error) => {
    const [received, refused] = [slack.received().length, slack.refused().length];
    expect(await post(body, headers)).toEqual({ status: 400, body: error });
    expect(slack.received()).toHaveLength(received);
    expect(slack.refused().slice(refused)).toEqual([expect.stringContaining(`POST: 400`)]);
  });

  test("knows its secret, and does not tell it in what it refused", async () => {
    expect(await post("{}", json, `${slack.url}x`)).toEqual({ status: 403, body: "invalid_token" });
    expect(await post("{}", json, new URL("/services/T1/B1/x", slack.url).href)).toEqual({
      status: 404,
      body: "no_service",
    });
    expect(slack.refused().join()).not.toContain("secret");
  });
});
