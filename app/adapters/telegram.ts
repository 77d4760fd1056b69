import { z } from "zod";

const AnswerSchema = z.object({ ok: z.boolean(), description: z.string().optional() });

/** How long Telegram may take; nobody waits for it. */
const deadlineMs = 5_000;

/**
 * Asks Telegram whether the bot may write to the chat (`getChat`).
 * @returns why not, or undefined. Never tells the token, which is part of Telegram's addresses.
 */
export async function checkTelegram(options: {
  readonly token: string;
  readonly chatId: string;
  readonly baseUrl?: string;
}): Promise<string | undefined> {
  const { token, chatId, baseUrl = "https://api.telegram.org" } = options;
  try {
    const url = `${baseUrl}/bot${token}/getChat?chat_id=${encodeURIComponent(chatId)}`;
    const response = await fetch(url, { signal: AbortSignal.timeout(deadlineMs) });
    const answer = AnswerSchema.parse(await response.json());
    return answer.ok ? undefined : (answer.description ?? `status ${response.status}`);
  } catch (error) {
    return error instanceof DOMException ? `no answer within ${deadlineMs} ms` : "Telegram cannot be reached";
  }
}
