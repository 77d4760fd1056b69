import { z } from "zod";
import { loopback } from "./channel.ts";
import {
  type Answer,
  type HttpChannel,
  type Request,
  readJson,
  retryAfterSeconds,
  startHttpChannel,
} from "./http-channel.ts";
import { decodeEntities, joinLines, renderLink } from "./plain-text.ts";

/** The most that a message may carry. https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments */
const maxAttachments = 100;

const AttachmentSchema = z.looseObject({
  fallback: z.string().optional(),
  pretext: z.string().default(""),
  title: z.string().default(""),
  title_link: z.string().default(""),
  text: z.string().default(""),
  fields: z.array(z.looseObject({ title: z.string().default(""), value: z.string().default("") })).default([]),
  actions: z.array(z.looseObject({ text: z.string(), url: z.string().default("") })).default([]),
  footer: z.string().default(""),
  color: z.string().optional(),
  mrkdwn_in: z.array(z.string()).default([]),
});
const PayloadSchema = z.looseObject({
  text: z.string().default(""),
  channel: z.string().optional(),
  username: z.string().optional(),
  attachments: z.array(AttachmentSchema).default([]),
  blocks: z.array(z.looseObject({ type: z.string() })).default([]),
});
type Attachment = z.infer<typeof AttachmentSchema>;
type Payload = z.infer<typeof PayloadSchema>;

interface SlackMessage {
  readonly text: string;
  readonly payload: Payload;
}

/** Links are `<address|label>`, and `<`, `>`, `&` are entities. https://docs.slack.dev/messaging/formatting-message-text */
function readText(text: string): string {
  const plain = text
    .replace(/<([^<>|]+)\|([^<>]*)>/g, (_, address: string, label: string) => renderLink(label, address))
    .replace(/<([^<>]+)>/g, "$1");
  return decodeEntities(plain);
}

/** With the marks of bold, slanted, struck out and code; there is no escape. */
function readMrkdwn(text: string): string {
  return readText(text.replace(/(?<!\w)([*_~`])(?=\S)([^\n]+?)(?<=\S)\1(?!\w)/g, "$2"));
}

/** What the app shows: `fallback` is for those who see no attachments. `mrkdwn_in` says where marks are read. */
function readAttachment(attachment: Attachment): string {
  const { pretext, title, title_link, text, fields, actions, footer, mrkdwn_in } = attachment;
  const readerOf = (part: string) => (mrkdwn_in.includes(part) ? readMrkdwn : readText);
  return joinLines([
    readerOf("pretext")(pretext),
    renderLink(readText(title), title_link),
    readerOf("text")(text),
    ...fields.map(({ title, value }) => `${readText(title)}: ${readerOf("fields")(value)}`),
    ...actions.map(({ text, url }) => renderLink(text, url)),
    readText(footer),
  ]);
}

function takePayload(payload: Payload): Answer<SlackMessage> {
  const { text, attachments, blocks } = payload;
  if (attachments.length > maxAttachments) return { status: 400, body: "too_many_attachments" };
  const shown = joinLines([readMrkdwn(text), ...attachments.map(readAttachment)]);
  if (shown === "" && blocks.length === 0) return { status: 400, body: "no_text" };
  return { status: 200, body: "ok", received: { text: shown, payload } };
}

const faults = {
  rateLimit: { status: 429, body: "rate_limited", headers: { "retry-after": String(retryAfterSeconds) } },
  serverError: { status: 500, body: "rollup_error" },
} as const;

/**
 * Slack's incoming webhook. `secret` is the last part of its address.
 * Contract: https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks
 */
export async function startSlack({
  secret = "slack-secret",
  host = loopback,
}: {
  readonly secret?: string;
  readonly host?: string;
} = {}): Promise<HttpChannel<SlackMessage> & { readonly url: string }> {
  const hook = "/services/T00000000/B00000000/";
  function answer({ path, headers, body }: Request): Answer<SlackMessage> {
    if (!path.startsWith(hook)) return { status: 404, body: "no_service" };
    if (path !== `${hook}${secret}`) return { status: 403, body: "invalid_token" };
    const invalid = (why: string) => ({ status: 400, body: "invalid_payload", reason: `invalid_payload, ${why}` });
    if (headers["content-type"]?.split(";")[0] !== "application/json")
      return invalid(`content type ${headers["content-type"]}`);
    const payload = PayloadSchema.safeParse(readJson(body));
    return payload.success ? takePayload(payload.data) : invalid(z.prettifyError(payload.error));
  }
  const channel = await startHttpChannel<SlackMessage>({ name: "slack", answer, faults }, host);
  return { ...channel, url: `${channel.origin}${hook}${secret}` };
}
