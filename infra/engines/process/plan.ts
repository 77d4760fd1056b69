import type { ServiceName } from "../../topology/listening.ts";
import type { Service } from "../../topology/service.ts";
import { orderByNeeds, type Topology } from "../../topology.ts";
import type { EnginePlan, PlannedService } from "../contract.ts";
import { type AddressBook, createAddresses, loopback } from "./addresses.ts";

/** What a program has of its own on this machine. */
export interface Home {
  readonly program: string;
  /** The folder of its files, with nothing else in it. */
  readonly config: string;
  /** The folder of what it keeps. */
  readonly data: string;
  readonly port: number;
}

/** What the topology is put on. */
export interface Machine {
  /** Of what is installed. */
  readonly homes: { readonly [S in ServiceName]?: Home };
  /** What runs already. */
  readonly running: AddressBook;
}

const renderAddress = ({ port }: Home) => `${loopback}:${port}`;

function listAddresses({ homes, running }: Machine): AddressBook {
  const { prometheus, alertmanager } = homes;
  return {
    ...running,
    ...(prometheus && { prometheus: { http: [renderAddress(prometheus)] } }),
    ...(alertmanager && { alertmanager: { http: [renderAddress(alertmanager)] } }),
  };
}

/**
 * How a service runs as a program of this machine; nothing of the world is asked.
 * @throws Error for a service that is not installed, and whatever the service throws for settings that do not fit.
 */
export function planProcess(service: Service, machine: Machine): PlannedService {
  const home = machine.homes[service.name];
  if (home === undefined) throw new Error(`there is no program for the service ${service.name} on this machine`);
  const { program, config, data, port } = home;
  const run = service.run(createAddresses(listAddresses(machine)), {
    listen: () => ({ host: loopback, port }),
    self: () => renderAddress(home),
    // One folder that nobody else may enter holds both.
    files: config,
    secrets: config,
    data,
  });
  const place = (files: Readonly<Record<string, string>> = {}) =>
    Object.fromEntries(Object.entries(files).map(([name, text]) => [`${config}/${name}`, text]));
  return {
    name: service.name,
    after: service.needs,
    runs: { program },
    args: run.args,
    env: run.env ?? {},
    files: place({ ...run.files, ...run.liveFiles }),
    secretFiles: place(run.secretFiles),
    folders: [config],
    health: run.health,
    hosts: [loopback],
    ports: [port],
  };
}

/** Everything of a topology that is installed on this machine; see {@link planProcess}. */
export function planProcesses(topology: Topology, machine: Machine): EnginePlan {
  return orderByNeeds(topology).map((service) => planProcess(service, machine));
}
