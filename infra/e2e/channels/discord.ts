import { z } from "zod";
import {
  type Answer,
  type HttpChannel,
  type Request,
  readJson,
  retryAfterSeconds,
  startHttpChannel,
} from "./http-channel.ts";
import { joinLines, renderLink } from "./plain-text.ts";

/** In characters, or in pieces. https://discord.com/developers/docs/resources/message#embed-object-embed-limits */
const limits = {
  content: 2_000,
  embeds: 10,
  title: 256,
  description: 4_096,
  fields: 25,
  fieldName: 256,
  fieldValue: 1_024,
  footer: 2_048,
  author: 256,
  /** All embeds of a message together. */
  total: 6_000,
} as const;

/** Discord's numbers of what went wrong. https://discord.com/developers/docs/topics/opcodes-and-status-codes#json */
const codes = {
  unknownWebhook: 10_015,
  emptyMessage: 50_006,
  invalidToken: 50_027,
  invalidForm: 50_035,
  invalidJson: 50_109,
} as const;

const EmbedSchema = z.looseObject({
  title: z.string().default(""),
  description: z.string().default(""),
  url: z.string().default(""),
  color: z.int().min(0).max(0xffffff).optional(),
  fields: z.array(z.looseObject({ name: z.string(), value: z.string(), inline: z.boolean().optional() })).default([]),
  footer: z.looseObject({ text: z.string() }).optional(),
  author: z.looseObject({ name: z.string() }).optional(),
});
const PayloadSchema = z.looseObject({
  content: z.string().nullable().default(""),
  username: z.string().optional(),
  embeds: z.array(EmbedSchema).default([]),
});
type Embed = z.infer<typeof EmbedSchema>;
type Payload = z.infer<typeof PayloadSchema>;

interface DiscordMessage {
  readonly text: string;
  readonly payload: Payload;
}

const count = (text: string | undefined) => Array.from((text ?? "").trim()).length;

/** Escapes, code and addresses come first: what they hold is no markup. */
const markup = new RegExp(
  [
    String.raw`\\(?<escaped>[!-/:-@[-\x60{-~])`,
    String.raw`\x60+(?<code>[^\x60]+)\x60+`,
    String.raw`\[(?<label>(?:\\.|[^\]\\])*)\]\(<?(?<target>[^\s)>]+)>?\)`,
    String.raw`<?(?<address>https?:\/\/[^\s>]+)>?`,
    String.raw`(?<mark>\*\*|\*|__|~~|\|\|)(?=\S)(?<marked>(?:\\.|[^\\\n])+?)(?<=\S)\k<mark>(?!\*)`,
    String.raw`(?<!\w)_(?=\S)(?<slanted>(?:\\.|[^\\\n])+?)(?<=\S)_(?!\w)`,
  ].join("|"),
  "g",
);

/** https://support.discord.com/hc/en-us/articles/210298617 */
function readMarkdown(text: string): string {
  return text.replace(markup, (...match) => {
    const { escaped, code, label, target, address, marked, slanted }: Record<string, string | undefined> = match.at(-1);
    if (target !== undefined) return renderLink(readMarkdown(label ?? ""), target);
    return escaped ?? code ?? address ?? readMarkdown(marked ?? slanted ?? "");
  });
}

function readEmbed({ author, title, url, description, fields, footer }: Embed): string {
  const heading = renderLink(readMarkdown(title), url);
  const rows = fields.map(({ name, value }) => `${readMarkdown(name)}: ${readMarkdown(value)}`);
  return joinLines([author?.name, heading, readMarkdown(description), ...rows, footer?.text]);
}

/** Each length that has a limit: where it stands in the payload, and how long it is. */
function measure({ content, embeds }: Payload): readonly (readonly [path: string, length: number, max: number])[] {
  return [
    ["content", count(content ?? ""), limits.content],
    ["embeds", embeds.length, limits.embeds],
    ...embeds.flatMap(({ title, description, fields, footer, author }, index) =>
      [
        ["title", count(title), limits.title] as const,
        ["description", count(description), limits.description] as const,
        ["fields", fields.length, limits.fields] as const,
        ...fields.flatMap(({ name, value }, row) => [
          [`fields.${row}.name`, count(name), limits.fieldName] as const,
          [`fields.${row}.value`, count(value), limits.fieldValue] as const,
        ]),
        ["footer.text", count(footer?.text), limits.footer] as const,
        ["author.name", count(author?.name), limits.author] as const,
      ].map(([path, length, max]) => [`embeds.${index}.${path}`, length, max] as const),
    ),
  ];
}

function refuse(status: number, code: number, message: string): Answer<DiscordMessage> {
  return { status, body: { code, message } };
}

/** `errors` is a tree in Discord's answers: each part of the path is a key. */
function refuseForm(path: string, code: string, message: string): Answer<DiscordMessage> {
  const leaf: object = { _errors: [{ code, message }] };
  const errors = path.split(".").reduceRight((tree, key) => ({ [key]: tree }), leaf);
  return { status: 400, body: { code: codes.invalidForm, message: "Invalid Form Body", errors } };
}

function takePayload(payload: Payload): Answer<DiscordMessage> {
  const lengths = measure(payload);
  const over = lengths.find(([, length, max]) => length > max);
  if (over !== undefined) return refuseForm(over[0], "BASE_TYPE_MAX_LENGTH", `Must be ${over[2]} or fewer in length.`);
  const total = payload.embeds.flatMap(({ title, description, fields, footer, author }) =>
    [title, description, ...fields.flatMap(({ name, value }) => [name, value]), footer?.text, author?.name].map(count),
  );
  if (total.reduce((sum, length) => sum + length, 0) > limits.total)
    return refuseForm("embeds", "MAX_EMBED_SIZE_EXCEEDED", `Embed size exceeds maximum size of ${limits.total}`);
  const text = joinLines([readMarkdown(payload.content ?? ""), ...payload.embeds.map(readEmbed)]);
  if (text === "") return refuse(400, codes.emptyMessage, "Cannot send an empty message");
  return { status: 204, received: { text, payload } };
}

const faults = {
  rateLimit: {
    status: 429,
    body: { message: "You are being rate limited.", retry_after: retryAfterSeconds, global: false },
    headers: { "retry-after": String(retryAfterSeconds) },
  },
  serverError: { status: 500, body: { code: 0, message: "500: Internal Server Error" } },
} as const;

/**
 * A Discord webhook, as it is executed by whoever knows its token.
 * Contract: https://discord.com/developers/docs/resources/webhook#execute-webhook
 */
export async function startDiscord({
  token = "discord-secret",
}: {
  readonly token?: string;
} = {}): Promise<HttpChannel<DiscordMessage> & { readonly url: string }> {
  const id = "1000000000000000001";
  function answer({ method, path, headers, body }: Request): Answer<DiscordMessage> {
    const [, askedId, askedToken] = /^\/api(?:\/v\d+)?\/webhooks\/(\d+)\/([^/]+)$/.exec(path) ?? [];
    if (askedId !== id) return refuse(404, codes.unknownWebhook, "Unknown Webhook");
    if (askedToken !== token) return refuse(401, codes.invalidToken, "Invalid Webhook Token");
    if (method === "GET") return { status: 200, body: { id, type: 1, name: "Captain Hook" } };
    if (method !== "POST") return refuse(405, 0, "405: Method Not Allowed");
    const sent = headers["content-type"]?.split(";")[0] === "application/json" ? readJson(body) : undefined;
    if (sent === undefined) return refuse(400, codes.invalidJson, "The request body contains invalid JSON.");
    const payload = PayloadSchema.safeParse(sent);
    if (payload.success) return takePayload(payload.data);
    const [issue] = payload.error.issues;
    return refuseForm(issue?.path.join(".") ?? "", "BASE_TYPE_BAD_TYPE", issue?.message ?? "");
  }
  const channel = await startHttpChannel<DiscordMessage>({ name: "discord", answer, faults });
  return { ...channel, url: `${channel.origin}/api/webhooks/${id}/${token}` };
}
