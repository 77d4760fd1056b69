import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { App } from "cdktf";
import { z } from "zod";
import { describeStack } from "../../stack/outputs.ts";
import type { Stack } from "../../stack/stack.ts";
import { readTestStack } from "../../stack/test-stack.ts";
import { baseImages } from "../../topology/images.ts";
import { createTopology } from "../../topology.ts";
import { createDockerStack, type DockerStackOptions } from "./stack.ts";

const fullText = `
name: lookout
domain: gozcu.example.com
acme: { email: you@gozcu.example }
publish: { prometheus: 9090, alertmanager: 9093 }
replicas: { api: 3, worker: 2 }
remoteWrite: { url: "https://metrics.example/api/v1/write", username: gozcu }
app: { TELEGRAM_CHAT_ID: "-1001", ALERT_EMAIL_TO: you@gozcu.example, OTEL_SERVICE_NAME: lookout }
`;

/** For tests: what a folder without settings is deployed as, all that can be asked for at once, and others. Each secret says `hush`. */
export const testStacks = {
  "nothing set": readTestStack(),
  "everything asked for": readTestStack(fullText, {
    SLACK_WEBHOOK_URL: "https://slack.example/hush",
    TELEGRAM_BOT_TOKEN: "123456:hush",
    DISCORD_WEBHOOK_URL: "https://discord.example/hush",
    SMTP_URL: "smtp://gozcu:hush@mail.example:587",
    DEADMAN_URL: "https://heartbeat.example/hush",
    REMEDIATION_COMFYUI_COMMAND: "restart-hush",
    REMOTE_WRITE_PASSWORD: "hush",
  }),
  "nothing bundled": readTestStack("", {
    DATABASE_URL: "postgres://gozcu:hush@db.example/gozcu",
    QUEUE_URL: "redis://:hush@queue.example",
    COMFYUI_URL: "http://gpu.example:8188/hush",
  }),
  "an image that is given": readTestStack("images: { app: registry.example/gozcu:1.2.3 }"),
} as const satisfies Readonly<Record<string, Stack>>;

const PortSchema = z.strictObject({ internal: z.int(), external: z.int(), ip: z.string(), protocol: z.literal("tcp") });

/** A volume by its name: a path of the host, a bind mount or a device is no part of it. */
const VolumeSchema = z.strictObject({
  volume_name: z.string(),
  container_path: z.string(),
  read_only: z.boolean().default(false),
});

/** All that a container may be given. Whatever else there is, `privileged` or `devices` for instance, is refused. */
const ContainerSchema = z.strictObject({
  "//": z.unknown(),
  name: z.string(),
  hostname: z.string().optional(),
  image: z.string(),
  user: z.string(),
  entrypoint: z.array(z.never()).optional(),
  command: z.array(z.string()),
  env: z.array(z.string()).default([]),
  init: z.literal(true).optional(),
  read_only: z.boolean().default(false),
  capabilities: z.strictObject({ drop: z.array(z.string()), add: z.array(z.string()).default([]) }),
  security_opts: z.array(z.string()),
  memory: z.int(),
  memory_swap: z.int(),
  shm_size: z.int().optional(),
  log_driver: z.string(),
  log_opts: z.record(z.string(), z.string()),
  restart: z.string().optional(),
  stop_signal: z.string().optional(),
  stop_timeout: z.int().optional(),
  destroy_grace_seconds: z.int().optional(),
  must_run: z.boolean().default(true),
  attach: z.boolean().default(false),
  logs: z.boolean().default(false),
  wait: z.boolean().default(false),
  wait_timeout: z.int().optional(),
  lifecycle: z.strictObject({
    ignore_changes: z.array(z.string()),
    postcondition: z.array(z.strictObject({ condition: z.string(), error_message: z.string() })).default([]),
  }),
  healthcheck: z
    .strictObject({
      test: z.array(z.string()),
      interval: z.string(),
      timeout: z.string(),
      start_period: z.string(),
      retries: z.int(),
    })
    .optional(),
  tmpfs: z.record(z.string(), z.string()).default({}),
  network_mode: z.string().optional(),
  pid_mode: z.string().optional(),
  networks_advanced: z.array(z.strictObject({ name: z.string(), aliases: z.array(z.string()) })).default([]),
  host: z.array(z.strictObject({ host: z.string(), ip: z.string() })).default([]),
  ports: z.array(PortSchema).default([]),
  volumes: z.array(VolumeSchema).default([]),
  upload: z
    .array(z.strictObject({ file: z.string(), content: z.string(), permissions: z.literal("0400") }))
    .default([]),
  labels: z
    .array(z.strictObject({ label: z.string(), value: z.string() }))
    .transform((all) => new Map(all.map(({ label, value }) => [label, value]))),
  depends_on: z.array(z.string().transform((address) => address.replace("docker_container.", ""))).default([]),
});

export type SynthesisedContainer = z.infer<typeof ContainerSchema>;

const ImageSchema = z.looseObject({
  name: z.string(),
  keep_locally: z.boolean().optional(),
  build: z
    .strictObject({ context: z.string(), build_args: z.unknown(), remove: z.boolean(), force_remove: z.boolean() })
    .optional(),
  lifecycle: z.strictObject({ create_before_destroy: z.boolean() }).optional(),
});

const TaskSchema = z.looseObject({
  triggers_replace: z.record(z.string(), z.union([z.string(), z.int()])),
  provisioner: z.array(
    z.strictObject({ "local-exec": z.strictObject({ command: z.string(), interpreter: z.array(z.string()) }) }),
  ),
});

/** Every kind of resource that there may be. */
const SynthesisSchema = z.object({
  terraform: z.looseObject({ backend: z.strictObject({ local: z.strictObject({ path: z.string() }) }) }),
  locals: z.record(z.string(), z.string()).default({}),
  output: z.record(z.string(), z.strictObject({ value: z.string() })).default({}),
  resource: z.strictObject({
    docker_container: z.record(z.string(), ContainerSchema),
    docker_image: z.record(z.string(), ImageSchema),
    docker_network: z.record(z.string(), z.looseObject({ name: z.string(), internal: z.boolean() })),
    docker_volume: z.record(z.string(), z.looseObject({ name: z.string() })).default({}),
    terraform_data: z.record(z.string(), TaskSchema),
  }),
});

const NamedSchema = z.object({
  resource: z.record(z.string(), z.record(z.string(), z.looseObject({ name: z.string().optional() }))),
});

export type Synthesis = z.infer<typeof SynthesisSchema> & { readonly text: string };

/** Puts the name of what is referred to in the place of each reference to another resource. */
function resolveReferences(text: string): string {
  const { resource } = NamedSchema.parse(JSON.parse(text));
  return text.replaceAll(
    /\$\{(docker_\w+)\.([\w-]+)\.(?:name|id|image_id)\}/g,
    (reference, kind: string, id: string) => resource[kind]?.[id]?.name ?? reference,
  );
}

/** What does not matter to a test, if it does not say so. */
const usual = {
  name: "lookout",
  baseImages,
  appBuild: { context: "../../..", sourceHash: "0123456789abcdef".repeat(4) },
  stateFile: "../state/terraform.tfstate",
  secretFile: (secret: string) => `../state/secrets/${secret}`,
  fingerprint: (text: string) => `fingerprint of ${text.length}`,
  outputs: {},
} as const satisfies Partial<DockerStackOptions>;

/** For tests: what is written for Terraform, as text and read; a reference to another resource is replaced by its name. */
export function synthesise(
  options: Pick<DockerStackOptions, "topology" | "images"> & Partial<DockerStackOptions>,
): Synthesis {
  const outdir = mkdtempSync(join(tmpdir(), "gozcu-"));
  try {
    const app = new App({ outdir, skipValidation: true });
    createDockerStack(app, { ...usual, ...options });
    app.synth();
    const text = readFileSync(join(outdir, "stacks", options.name ?? usual.name, "cdk.tf.json"), "utf8");
    return { text, ...SynthesisSchema.parse(JSON.parse(resolveReferences(text))) };
  } finally {
    rmSync(outdir, { recursive: true });
  }
}

/** The same for a stack that was read. */
export function synthesiseStack({ name, topology, baseImages: bases, buildApp }: Stack): Synthesis {
  return synthesise({
    ...{ name, baseImages: bases, topology: createTopology(topology), images: topology.images },
    ...(!buildApp && { appBuild: undefined }),
    outputs: describeStack(name, topology),
  });
}
