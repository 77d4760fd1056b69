import { readFile } from "node:fs/promises";
import { expect } from "@jest/globals";
import { z } from "zod";
import { WorkflowSchema } from "../../app/adapters/comfyui/default-workflow.ts";
import { eventually } from "./eventually.ts";
import type { WebhookReceiver } from "./webhook-receiver.ts";

export const JobSchema = z.object({
  id: z.uuid(),
  status: z.string(),
  attempts: z.int(),
  progress: z.number(),
  error: z.object({ code: z.string(), message: z.string() }).nullable(),
  images: z.array(z.object({ url: z.string(), contentType: z.string(), bytes: z.int() })),
});
const AcceptedSchema = z.object({ id: z.uuid(), status: z.literal("pending") });
const SizeSchema = z.object({ width: z.int(), height: z.int(), batch_size: z.int() });

/** One of the workflows in `workflows/`, in ComfyUI's API format, and what its latent says of the pictures. */
export async function readWorkflow(name: "text-to-image" | "lora-batch") {
  const file = new URL(`workflows/${name}.json`, import.meta.url);
  const workflow = WorkflowSchema.parse(JSON.parse(await readFile(file, "utf8")));
  const latent = Object.values(workflow).find((node) => node.class_type === "EmptyLatentImage");
  return { workflow, size: SizeSchema.parse(latent?.inputs) };
}

/** A partner of the service: posts jobs, looks at them, and waits for their webhooks. */
export function createJobClient(options: {
  readonly url: string;
  readonly key: string;
  readonly receiver: WebhookReceiver;
}) {
  const { url, key, receiver } = options;

  /** A GET, or with a body a POST. */
  function send(path: string, body?: object, headers: Readonly<Record<string, string>> = {}): Promise<Response> {
    return fetch(url + path, {
      headers: { "X-API-Key": key, ...(body && { "Content-Type": "application/json" }), ...headers },
      ...(body && { method: "POST", body: JSON.stringify(body) }),
    });
  }
  const read = async (id: string) => JobSchema.parse(await (await send(`/api/jobs/${id}`)).json());
  const webhooksOf = (id: string) =>
    receiver
      .received()
      .map(({ event }) => event)
      .filter((event) => event.data.id === id);

  return {
    send,
    read,
    webhooksOf,
    /** The id of the job, which is accepted. */
    async submit(order: object, headers: Readonly<Record<string, string>> = {}): Promise<string> {
      const response = await send("/api/jobs", { type: "image", webhookUrl: receiver.url, ...order }, headers);
      expect(response.status).toBe(202);
      const { id } = AcceptedSchema.parse(await response.json());
      expect(response.headers.get("location")).toBe(`/api/jobs/${id}`);
      return id;
    },
    reached: (id: string, status: string) => eventually(async () => expect(await read(id)).toMatchObject({ status })),
    webhookOf: (id: string) =>
      eventually(() => {
        const [event] = webhooksOf(id);
        if (event === undefined)
          throw new Error(`no webhook of job ${id} has come; refused: ${receiver.refused().join()}`);
        return event;
      }),
  };
}

export type JobClient = ReturnType<typeof createJobClient>;
