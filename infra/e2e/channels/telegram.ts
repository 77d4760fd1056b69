import { z } from "zod";
import {
  type Answer,
  type HttpChannel,
  type Request,
  readJson,
  retryAfterSeconds,
  startHttpChannel,
} from "./http-channel.ts";
import { readTelegramHtml, TelegramHtmlError, type TelegramText } from "./telegram-html.ts";

/** UTF-16 units, after the markup is read. https://core.telegram.org/bots/api#sendmessage */
const maxLength = 4_096;

const ParametersSchema = z.looseObject({
  chat_id: z.union([z.string(), z.int()]).transform(String).default(""),
  text: z.string().default(""),
  parse_mode: z.string().default(""),
});
type Parameters = z.infer<typeof ParametersSchema>;

interface TelegramMessage {
  readonly text: string;
  /** As it was sent, with its markup. */
  readonly markup: string;
  /** As the chat shows it, without the addresses of links. */
  readonly shown: string;
  readonly parameters: Parameters;
}

function refuse(status: number, description: string): Answer<TelegramMessage> {
  return { status, body: { ok: false, error_code: status, description }, reason: description };
}
const badRequest = (description: string) => refuse(400, `Bad Request: ${description}`);

/** By JSON, by a form, or in the address: the Bot API takes each. Undefined where it is neither. */
function readParameters({ headers, body, query }: Request): unknown {
  const type = headers["content-type"]?.split(";")[0];
  const sent = type === "application/json" ? readJson(body) : Object.fromEntries(new URLSearchParams(body));
  return typeof sent === "object" ? { ...Object.fromEntries(query), ...sent } : undefined;
}

const readers = new Map<string, (text: string) => TelegramText>([
  ["", (text) => ({ shown: text, plain: text })],
  ["html", readTelegramHtml],
]);

function sendMessage(parameters: Parameters, messageId: number): Answer<TelegramMessage> {
  const { text: markup, parse_mode, chat_id } = parameters;
  const read = readers.get(parse_mode.toLowerCase());
  if (read === undefined) return badRequest("unsupported parse_mode");
  let text: TelegramText;
  try {
    text = read(markup);
  } catch (error) {
    if (error instanceof TelegramHtmlError) return badRequest(`can't parse entities: ${error.message}`);
    throw error;
  }
  const shown = text.shown.trim();
  if (shown === "") return badRequest("message text is empty");
  if (shown.length > maxLength) return badRequest("message is too long");
  const chat = { id: Number(chat_id), type: "supergroup" };
  const result = { message_id: messageId, date: Math.floor(Date.now() / 1_000), chat, text: shown };
  return { status: 200, body: { ok: true, result }, received: { text: text.plain.trim(), shown, markup, parameters } };
}

const faults = {
  rateLimit: {
    status: 429,
    body: {
      ok: false,
      error_code: 429,
      description: `Too Many Requests: retry after ${retryAfterSeconds}`,
      parameters: { retry_after: retryAfterSeconds },
    },
  },
  serverError: { status: 500, body: { ok: false, error_code: 500, description: "Internal Server Error" } },
} as const;

/**
 * Telegram's Bot API with one bot that writes to one chat; understands `getMe`, `getChat` and `sendMessage`, as plain text
 * or as HTML. Contract: https://core.telegram.org/bots/api
 */
export async function startTelegram({
  token = "123456:telegram-secret",
  chatId = -1_001_234_567_890,
}: {
  readonly token?: string;
  readonly chatId?: number;
} = {}): Promise<
  HttpChannel<TelegramMessage> & { readonly url: string; readonly token: string; readonly chatId: number }
> {
  let messages = 0;
  function inChat(method: (parameters: Parameters) => Answer<TelegramMessage>) {
    return (parameters: Parameters) => {
      if (parameters.chat_id === "") return badRequest("chat_id is empty");
      return parameters.chat_id === String(chatId) ? method(parameters) : badRequest("chat not found");
    };
  }
  const succeed = (result: object): Answer<TelegramMessage> => ({ status: 200, body: { ok: true, result } });
  const methods = new Map<string, (parameters: Parameters) => Answer<TelegramMessage>>([
    ["getme", () => succeed({ id: 123_456, is_bot: true, first_name: "bot" })],
    ["getchat", inChat(() => succeed({ id: chatId, type: "supergroup", title: "alerts" }))],
    [
      "sendmessage",
      inChat((parameters) => {
        messages += 1;
        return sendMessage(parameters, messages);
      }),
    ],
  ]);
  function answer(request: Request): Answer<TelegramMessage> {
    const [, asked, name = ""] = /^\/bot([^/]+)\/(\w+)$/.exec(request.path) ?? [];
    const method = methods.get(name.toLowerCase());
    if (asked === undefined || method === undefined) return refuse(404, "Not Found");
    if (asked !== token) return refuse(401, "Unauthorized");
    const parameters = ParametersSchema.safeParse(readParameters(request));
    return parameters.success ? method(parameters.data) : badRequest(z.prettifyError(parameters.error));
  }
  const channel = await startHttpChannel<TelegramMessage>({ name: "telegram", answer, faults });
  return { ...channel, url: channel.origin, token, chatId };
}
