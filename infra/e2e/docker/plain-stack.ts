import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { expect } from "@jest/globals";
import type { Docker } from "../../engines/docker/docker-cli.ts";
import { renderRights } from "../../engines/docker/hardening.ts";
import { renderHealthCheck } from "../../engines/docker/health.ts";
import { dockerNames, labels } from "../../engines/docker/names.ts";
import { type PlannedService, planServices } from "../../engines/docker/plan.ts";
import type { Stack } from "../../stack/stack.ts";
import { images } from "../../topology/images.ts";
import { replaceSecrets } from "../../topology/secret.ts";
import { tellSecret } from "../../topology/test-ground.ts";
import { createTopology } from "../../topology.ts";
import { eventually } from "../eventually.ts";
import { makeFolder } from "../programs.ts";

/** The services whose data is backed up. */
export const keepers = ["postgres", "redis", "grafana", "prometheus"] as const;
export type Keeper = (typeof keepers)[number];

/** What a deployed stack looks like to backup and restore: its keepers, and containers that stand for API and worker. */
export interface PlainStack {
  /** Resolves when all are healthy. */
  start(): Promise<void>;
  /** Leaves what a lost disk leaves: nothing. */
  wipe(): Promise<void>;
}

const readLines = (text: string) => text.split("\n").filter((line) => line !== "");

/** By plain `docker run`, without Terraform: names, volumes, labels, users and health are those of the Docker engine. */
export function createPlainStack(docker: Docker, stack: Stack): PlainStack {
  const { name, baseImages, topology } = stack;
  const planned = planServices(name, createTopology(topology)).filter(({ service }) =>
    keepers.some((keeper) => keeper === service.name),
  );
  const labelled = (service: string) => [
    ...["--label", `${labels.stack}=${name}`],
    ...["--label", `${labels.service}=${service}`],
  ];

  /** The volumes of a service, with files that belong to its user. */
  async function fillVolumes({ service, run: { files, liveFiles, secretFiles } }: PlannedService) {
    const { uid, gid } = images[service.image];
    for (const [kind, texts] of [
      ["files", { ...files, ...liveFiles }],
      ["secrets", secretFiles ?? {}],
      ["data", {}],
    ] as const) {
      const source = await makeFolder();
      for (const [path, content] of Object.entries(texts)) {
        await mkdir(dirname(join(source.path, path)), { recursive: true });
        await writeFile(join(source.path, path), replaceSecrets(content, tellSecret), { mode: 0o600 });
      }
      const filler = `${name}-filler`;
      const mount = `${dockerNames.volume(name, service.name, kind)}:/volume`;
      const chown = ["chown", "-R", `${uid}:${gid}`, "/volume"];
      await docker.ask("create", "--name", filler, ...labelled("filler"), "-v", mount, baseImages.busybox, ...chown);
      await docker.ask("cp", `${source.path}/.`, `${filler}:/volume`);
      await docker.ask("start", "--attach", filler);
      await docker.ask("rm", filler);
      await source.close();
    }
  }

  async function startService(each: PlannedService) {
    const { service, place, run } = each;
    const { user, tmpfs } = renderRights(service);
    const [, ...health] = renderHealthCheck(service.image, run.health, service.readySeconds).test;
    await fillVolumes(each);
    const [container = ""] = each.containers;
    await docker.ask(
      ...["run", "--detach", "--name", container, "--network", "none", "--read-only", "--user", user],
      ...labelled(service.name),
      ...["--health-cmd", health.join(" "), "--health-interval", "1s"],
      ...(["files", "secrets", "data"] as const).flatMap((kind) => [
        "--volume",
        `${dockerNames.volume(name, service.name, kind)}:${place[kind]}`,
      ]),
      ...Object.entries(tmpfs).flatMap(([path, options]) => ["--tmpfs", `${path}:${options}`]),
      ...Object.entries(run.env ?? {}).flatMap(([key, value]) => ["--env", `${key}=${value}`]),
      ...[topology.images[service.image], ...run.args],
    );
  }

  return {
    async start() {
      for (const each of planned) await startService(each);
      for (const service of ["api", "worker"] as const)
        await docker.ask(
          ...["run", "--detach", "--name", dockerNames.container(name, service, 1), ...labelled(service)],
          ...["--stop-timeout", "0", baseImages.busybox, "sleep", "3600"],
        );
      const containers = planned.flatMap((each) => each.containers);
      await eventually(async () => {
        const states = await docker.ask("inspect", "--format", "{{.State.Health.Status}}", ...containers);
        expect(readLines(states)).toEqual(containers.map(() => "healthy"));
      }, 60_000);
    },
    async wipe() {
      const filter = ["--filter", `label=${labels.stack}=${name}`];
      const containers = readLines(await docker.ask("ps", "--all", "--quiet", ...filter));
      if (containers.length > 0) await docker.ask("rm", "--force", "--volumes", ...containers);
      const volumes = readLines(await docker.ask("volume", "ls", "--quiet", "--filter", `name=^${name}-`));
      if (volumes.length > 0) await docker.ask("volume", "rm", ...volumes);
    },
  };
}
