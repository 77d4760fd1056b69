import { z } from "zod";

const AnswerSchema = z.object({ ok: z.boolean(), description: z.string().optional() });

/**
 * Asks Telegram whether the bot may write to the chat (`getChat`).
 * @returns why not, or undefined. Never tells the token, which is part of Telegram's addresses.
 */
export async function checkTelegram(options: {
  readonly token: string;
  readonly chatId: string;
  readonly baseUrl?: string;
  /** How long Telegram may take; 5 s unless told. */
  readonly deadlineMs?: number;
}): Promise<string | undefined> {
  const { token, chatId, baseUrl = "https://api.telegram.org", deadlineMs = 5_000 } = options;
  const signal = AbortSignal.timeout(deadlineMs);
  let status: number | undefined;
  try {
    const url = `${baseUrl}/bot${token}/getChat?chat_id=${encodeURIComponent(chatId)}`;
    const response = await fetch(url, { signal });
    status = response.status;
    const answer = AnswerSchema.parse(await response.json());
    return answer.ok ? undefined : (answer.description ?? `status ${status}`);
  } catch {
    if (signal.aborted) return `no answer within ${deadlineMs} ms`;
    return status === undefined ? "Telegram cannot be reached" : `an answer that is not Telegram's, status ${status}`;
  }
}
