import { once } from "node:events";
import { createServer, type IncomingHttpHeaders } from "node:http";
import { text } from "node:stream/consumers";
import { Webhook } from "standardwebhooks";
import { z } from "zod";

/** A webhook's body, as a partner's receiver reads it. */
const EventSchema = z.object({
  type: z.enum(["job.completed", "job.failed", "job.cancelled"]),
  timestamp: z.iso.datetime(),
  data: z.object({
    id: z.uuid(),
    status: z.string(),
    attempts: z.int(),
    error: z.object({ code: z.string(), message: z.string() }).optional(),
    images: z.array(z.object({ url: z.string(), contentType: z.string(), bytes: z.int(), sha256: z.string() })),
  }),
});

export interface ReceivedWebhook {
  readonly headers: IncomingHttpHeaders;
  readonly event: z.infer<typeof EventSchema>;
}

export interface WebhookReceiver {
  readonly url: string;
  /** Those whose signature held. */
  readonly received: () => readonly ReceivedWebhook[];
  /** Why others were answered with 400. */
  readonly refused: () => readonly string[];
  close(): Promise<void>;
}

/**
 * A partner's receiver: verifies each request by the `standardwebhooks` package before it believes a word. `answer` gives
 * the status for those whose signature holds, 204 unless told: with 500 it has received what it says it has not.
 */
export async function startWebhookReceiver(
  secret: string,
  { answer = () => 204 }: { readonly answer?: () => number } = {},
): Promise<WebhookReceiver> {
  const webhook = new Webhook(secret);
  const received: ReceivedWebhook[] = [];
  const refused: string[] = [];
  const server = createServer(async (request, response) => {
    const body = await text(request);
    const headers = Object.fromEntries(Object.entries(request.headers).map(([name, value]) => [name, String(value)]));
    try {
      received.push({ headers: request.headers, event: EventSchema.parse(webhook.verify(body, headers)) });
      response.writeHead(answer()).end();
    } catch (error) {
      refused.push(String(error));
      response.writeHead(400).end();
    }
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the receiver has no port");
  return {
    url: `http://127.0.0.1:${address.port}/hook`,
    received: () => received,
    refused: () => refused,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
}
