import { z } from "zod";
import { productToken } from "./alertmanager.ts";
import { type HttpChannel, readJson, startHttpChannel } from "./channels/http-channel.ts";

const GroupSchema = z.object({
  alerts: z.array(z.object({ status: z.string(), labels: z.looseObject({ alertname: z.string() }) })),
});

const faults = {
  rateLimit: { status: 429, body: "too many requests" },
  serverError: { status: 500, body: "internal error" },
} as const;

/** Stands in for the product's `POST /api/alerts`: what reached it is `status alertname`, by comma. */
export async function startAlertProduct(): Promise<HttpChannel<{ readonly text: string }> & { readonly url: string }> {
  const channel = await startHttpChannel<{ readonly text: string }>({
    name: "product",
    faults,
    answer({ headers, body }) {
      if (headers.authorization !== `Bearer ${productToken}`) return { status: 401, body: "the token is wrong" };
      const { alerts } = GroupSchema.parse(readJson(body));
      return { status: 202, received: { text: alerts.map((one) => `${one.status} ${one.labels.alertname}`).join() } };
    },
  });
  return { ...channel, url: `${channel.origin}/api/alerts` };
}
