import type { ImageName } from "./images.ts";
import type { PortName, ServiceName } from "./listening.ts";

/** Where services are reached, as `host:port`. An engine answers; nobody writes `postgres:5432`. */
export interface Addresses<Needs extends ServiceName> {
  /** Where any replica of a service answers. */
  one<S extends Needs>(service: S, port: PortName<S>): string;
  /** Where each replica answers; none where the service does not run. */
  each<S extends Needs>(service: S, port: PortName<S>): readonly string[];
}

/** What an engine gives a service of its own. */
export interface Place<S extends ServiceName> {
  /** Where to listen, so that other services reach it. */
  listen(port: PortName<S>): { readonly host: string; readonly port: number };
  /** `host:port` under which it reaches itself. */
  self(port: PortName<S>): string;
  /** The folders of {@link Run.files}, {@link Run.secretFiles}, and of what it keeps. */
  readonly files: string;
  readonly secrets: string;
  readonly data: string;
}

/** Text by path below a folder. */
export type Files = Readonly<Record<string, string>>;

/** How to run a service at the place it is given. */
export interface Run {
  /** What follows the image's entry point, or the program's name. */
  readonly args: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Read at the start: other content restarts the service. */
  readonly files?: Files;
  /** Read again while it runs: see {@link Service.rereads}. */
  readonly liveFiles?: Files;
  /** What no other service may read; the only place for the marks of `markSecret`. */
  readonly secretFiles?: Files;
  readonly health: Health;
}

/** How to tell that a service is ready: an address of its own that answers 200, or a command that ends with 0. */
export type Health = { readonly url: string } | { readonly command: readonly string[] };

/** A network: `front` reaches the world, `back` reaches only other services. */
export type NetworkName = "front" | "back";

/** Where people reach a port from outside. */
interface Publication<Port extends string> {
  readonly port: Port;
  readonly address: string;
  readonly hostPort: number;
}

/** What a service is, in intentions: no engine's words. */
interface Intentions<
  S extends ServiceName,
  Needs extends ServiceName,
  Port extends string,
  Asks extends ServiceName = ServiceName,
> {
  readonly name: S;
  /** What it does here, in words. */
  readonly help: string;
  readonly image: ImageName;
  /** Started before it, and the only ones that it may address, but for what it asks. */
  readonly needs: readonly Needs[];
  /** Addressed while it runs, and started whenever: it does without them until they are there. */
  readonly asks?: readonly Asks[];
  readonly networks: readonly NetworkName[];
  readonly replicas: number;
  readonly publish: readonly Publication<Port>[];
  readonly memoryMb: number;
  readonly pids: number;
  /** Memory that its processes share, beyond what every container has. */
  readonly sharedMemoryMb?: number;
  /** Linux capabilities that it cannot do without. */
  readonly capabilities?: readonly string[];
  /** How it learns of changed {@link Run.liveFiles}: it is told by a signal, or it looks by itself. */
  readonly rereads?: "SIGHUP" | "by itself";
  /** How long it may take to stop. */
  readonly graceSeconds: number;
  /** How long it may take to become ready. */
  readonly readySeconds: number;
  readonly stopSignal?: "SIGINT";
  /** It starts programs of others, so that something must collect their ends. */
  readonly startsPrograms?: true;
}

/** A service for an engine, to which one is like another. */
export interface Service extends Intentions<ServiceName, ServiceName, PortName<ServiceName>> {
  run(at: Addresses<ServiceName>, place: Place<ServiceName>): Run;
}

interface Definition<S extends ServiceName, Needs extends ServiceName, Asks extends ServiceName>
  extends Intentions<S, Needs, PortName<S>, Asks> {
  run(at: Addresses<Needs | Asks>, place: Place<S>): Run;
}

/** What most services are content with. Threads count as processes, and a Go program has some for each core. */
const usual = { replicas: 1, publish: [], pids: 512, graceSeconds: 10, readySeconds: 60 } as const;

/** Types a service: a need, an address or a port that does not exist does not compile. */
export function defineService<
  const S extends ServiceName,
  const Needs extends ServiceName = never,
  const Asks extends ServiceName = never,
>(
  service: Omit<Definition<S, Needs, Asks>, keyof typeof usual> &
    Partial<Pick<Definition<S, Needs, Asks>, keyof typeof usual>>,
): Service {
  return { ...usual, ...service } as Service;
}
