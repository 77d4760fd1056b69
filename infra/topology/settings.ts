import type { Links } from "../../alerts/alert-rules.ts";
import type { Channels } from "../../alerts/channels.ts";
import type { AlertmanagerVersion } from "../../alerts/secret-files.ts";
import type { ImageName } from "./images.ts";
import type { ServiceName } from "./listening.ts";

/** What can be taken from elsewhere instead of being deployed along. */
export type ExternalName = "postgres" | "redis" | "comfyui";

/** Where people look at something: services with pages, each with the port that shows them. */
export const publishedPorts = {
  api: "http",
  grafana: "http",
  jaeger: "ui",
  prometheus: "http",
  alertmanager: "http",
} as const satisfies { readonly [S in ServiceName]?: string };

export type PublishedName = keyof typeof publishedPorts;

export interface HostAddress {
  readonly address: string;
  readonly port: number;
}

/** How many containers may run the same. */
export const mostReplicas = 16;

/** HTTPS for the world. */
export interface Domain {
  readonly name: string;
  /** Whom the certificate authority writes to. */
  readonly email?: string;
  /** The ACME directory of another authority. */
  readonly acmeDirectory?: string;
}

/** Takes samples by Prometheus' remote write. */
export interface LongTermStorage {
  readonly url: string;
  /** When it asks for a password, which is the secret `remote-write-password`. */
  readonly username?: string;
}

/** What is decided about a stack. Secrets stand in it as marks: see `markSecret`. */
export interface TopologySettings {
  readonly domain?: Domain;
  /** What is not named is reached by other services only. */
  readonly publish: { readonly [S in PublishedName]?: HostAddress };
  readonly external: ReadonlySet<ExternalName>;
  readonly replicas: { readonly api: number; readonly worker: number };
  readonly metricsRetention: { readonly days: number; readonly size: string };
  readonly tracesRetentionDays: number;
  readonly remoteWrite?: LongTermStorage;
  readonly memoryMb: Readonly<Record<ServiceName, number>>;
  readonly images: Readonly<Record<ImageName, string>>;
  readonly channels: Channels;
  readonly deadmanUrl?: string;
  readonly alertmanagerVersion: AlertmanagerVersion;
  /** Where people find each page. */
  readonly links: Links;
  /** Settings of the service itself, as text by their names. */
  readonly app: Readonly<Record<string, string>>;
  /** Settings of the service itself that are secret, as marks by their names. */
  readonly appSecrets: Readonly<Record<string, string>>;
}

/** What each service may take of memory, in MiB, unless told otherwise. */
export const usualMemoryMb = {
  postgres: 512,
  redis: 256,
  jaeger: 512,
  comfyui: 256,
  api: 512,
  worker: 768,
  alertmanager: 128,
  prometheus: 1_024,
  grafana: 768,
  caddy: 128,
} as const satisfies Readonly<Record<ServiceName, number>>;
