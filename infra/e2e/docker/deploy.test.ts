import { readdir, readFile, stat } from "node:fs/promises";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "@jest/globals";
import { z } from "zod";
import { dashboards } from "../../../app/catalogue/panels.ts";
import { datasources } from "../../../dashboards/datasources.ts";
import { startSlack } from "../channels/slack.ts";
import { eventually } from "../eventually.ts";
import { createKeep } from "../keep.ts";
import { logIn } from "../page-client.ts";
import { findFreePort } from "../programs.ts";
import { askByName } from "./by-name.ts";
import { createDeployedStack, type DeployedStack, type InspectedContainer } from "./deployed-stack.ts";
import { findImageBuilder } from "./image-builder.ts";
import { buildTestImages } from "./images.ts";
import { makeNodeBase } from "./node-base.ts";
import { copyProject, type Project } from "./project.ts";
import { hasDockerProvider } from "./provider.ts";
import { startRemoteHost } from "./remote-host.ts";
import { renderTouched } from "./touched.ts";

const name = `gozcu-e2e-${process.pid}`;
/** The service's image as it is called when it was made elsewhere. */
const appElsewhere = `gozcu-test/app:${process.pid}`;
const limitMs = 900_000;
/** How long a container may take to be healthy again, after a crash for instance. */
const healthyMs = 120_000;
/** The whole idle stack is to stay below. */
const mostMemoryMiB = 1_024;

const docker = await findImageBuilder();
const hasProvider = docker !== undefined && (await hasDockerProvider());
if (docker !== undefined && !hasProvider)
  process.stdout.write("deploy: not run, as Terraform finds no provider plugin kreuzwerker/docker\n");
const describeWithProvider = hasProvider ? describe : describe.skip;

const say = (text: string) => process.stdout.write(`${text}\n`);
const sayTable = (title: string, rows: readonly string[]) => say([title, ...rows.map((row) => `  ${row}`)].join("\n"));

describeWithProvider("a stack on Docker, deployed by Terraform (needs Docker and the provider plugin)", () => {
  const keep = createKeep(limitMs);
  let project: Project;
  let stack: DeployedStack;
  let slack: Awaited<ReturnType<typeof startSlack>>;
  let settings: Record<string, unknown>;
  let ports: Readonly<Record<"api" | "grafana" | "jaeger", number>>;
  let key: string;

  const engine = docker as NonNullable<typeof docker>;
  const secretsFolder = () => join(project.path, ".gozcu/stacks", name, "secrets");
  const secret = async (file: string) => (await readFile(join(secretsFolder(), file), "utf8")).trim();
  const allSecrets = async () => Promise.all((await readdir(secretsFolder())).map(secret));
  const deploy = async () => renderTouched(await project.succeed("cdktf", "deploy", "--auto-approve"));

  async function ask(port: number, path: string, init: RequestInit = {}): Promise<Response> {
    return fetch(`http://127.0.0.1:${port}${path}`, init);
  }
  const askApi = (path: string, init: RequestInit = {}) =>
    ask(ports.api, path, { ...init, headers: { "X-API-Key": key, "Content-Type": "application/json" } });

  async function runJob(): Promise<{ readonly id: string; readonly traceId: string }> {
    const accepted = await askApi("/api/jobs", {
      method: "POST",
      body: JSON.stringify({ type: "image", prompt: "a fox" }),
    });
    expect(accepted.status).toBe(202);
    const { id } = z.object({ id: z.string() }).parse(await accepted.json());
    const job = await eventually(async () => {
      const read = z.looseObject({ status: z.string() }).parse(await (await askApi(`/api/jobs/${id}`)).json());
      expect(read.status).toBe("completed");
      return read;
    }, healthyMs);
    return { id, traceId: z.object({ traceId: z.string() }).parse(job).traceId };
  }

  async function jobCount(): Promise<number> {
    const Telemetry = z.object({ jobs: z.object({ byStatus: z.object({ completed: z.int() }) }) });
    return Telemetry.parse(await (await askApi("/api/telemetry")).json()).jobs.byStatus.completed;
  }
  const allHealthy = () => eventually(async () => expect(await stack.ailing()).toEqual([]), healthyMs);
  const startTimes = async () =>
    new Map((await stack.containers()).map(({ Name, State }) => [Name, State.StartedAt] as const));

  beforeAll(async () => {
    const images = await buildTestImages(engine);
    const hosts = await engine.ask(
      "run",
      "--rm",
      "--add-host=machine:host-gateway",
      images.busybox,
      "cat",
      "/etc/hosts",
    );
    const [, host] = /^(\S+)\s+machine$/m.exec(hosts) ?? [];
    // Where containers reach this machine.
    slack = keep(await startSlack({ host: z.string().parse(host) }));
    project = keep(await copyProject({ SLACK_WEBHOOK_URL: slack.url }));
    stack = createDeployedStack(engine, name);
    keep({
      async close() {
        await project.run("cdktf", "destroy", "--auto-approve");
        for (const volume of await stack.volumes()) await engine.ask("volume", "rm", volume);
        await engine.ask("rmi", "--force", appElsewhere);
      },
    });
    ports = { api: await findFreePort(), grafana: await findFreePort(), jaeger: await findFreePort() };
    settings = {
      name,
      publish: Object.fromEntries(Object.entries(ports).map(([service, port]) => [service, String(port)])),
      images: { ...images, node: await makeNodeBase(engine) },
    };
    await project.configure(settings);
  }, limitMs);

  test(
    "is deployed by one command, and everything is healthy",
    async () => {
      const began = Date.now();
      const said = await project.succeed("cdktf", "deploy", "--auto-approve");
      say(`deploy from nothing, image included: ${((Date.now() - began) / 1_000).toFixed(0)} s`);
      expect(await stack.ailing()).toEqual([]);
      expect((await stack.containers()).map(({ Name }) => Name.slice(name.length + 1))).toEqual([
        "alertmanager-1",
        "api-1",
        "comfyui-1",
        "grafana-1",
        "jaeger-1",
        "postgres-1",
        "prometheus-1",
        "redis-1",
        "worker-1",
      ]);
      for (const port of Object.values(ports)) expect(said).toContain(`http://127.0.0.1:${port}`);
      const keyFile = `.gozcu/stacks/${name}/secrets/api-keys`;
      expect(said).toContain(`cat ${keyFile}`);
      key = await secret("api-keys");
      expect(said).not.toContain(key);
    },
    limitMs,
  );

  const rights = (container: InspectedContainer) => {
    const { Config, HostConfig } = container;
    return {
      user: /^[1-9]\d*:\d+$/.test(Config.User),
      readOnly: HostConfig.ReadonlyRootfs,
      privileged: HostConfig.Privileged,
      dropped: HostConfig.CapDrop,
      added: HostConfig.CapAdd ?? [],
      security: HostConfig.SecurityOpt,
      memory: HostConfig.Memory > 0,
      pids: (HostConfig.PidsLimit ?? 0) > 0,
      restart: HostConfig.RestartPolicy.Name,
      logs: HostConfig.LogConfig,
      hosts: HostConfig.PortBindings.map(({ HostIp }) => HostIp),
      paths: (HostConfig.Binds ?? []).filter((bind) => bind.startsWith("/")),
    };
  };

  test("gives each container as few rights as can be", async () => {
    for (const container of await stack.containers()) {
      const { hosts, ...others } = rights(container);
      expect({ name: container.Name, ...others }).toEqual({
        name: container.Name,
        user: true,
        readOnly: true,
        privileged: false,
        dropped: ["ALL"],
        added: [],
        security: ["no-new-privileges:true"],
        memory: true,
        pids: true,
        restart: "unless-stopped",
        logs: { Type: "json-file", Config: { "max-file": "3", "max-size": "10m" } },
        paths: [],
      });
      expect(hosts.every((host) => host === "127.0.0.1")).toBe(true);
    }
  });

  test("leaves no secret where others on this machine may read it", async () => {
    const secrets = await allSecrets();
    const holders: string[] = [];
    for (const folder of [".gozcu", "cdktf.out"]) {
      const entries = await readdir(join(project.path, folder), { recursive: true, withFileTypes: true });
      for (const entry of entries.filter((each) => each.isFile())) {
        const path = join(entry.parentPath, entry.name);
        const content = await readFile(path);
        if (!secrets.some((text) => content.includes(text))) continue;
        holders.push(entry.name);
        expect({ path, others: (await stat(path)).mode & 0o077 }).toEqual({ path, others: 0 });
      }
    }
    // Terraform's plan holds them too, in an archive; none is left.
    expect(holders).toContain("terraform.tfstate");
    expect(await readdir(join(project.path, "cdktf.out/stacks", name))).not.toContain("plan");
  });

  test("shows no secret to those who may use Docker, nor in what was synthesised", async () => {
    const secrets = await allSecrets();
    const synthesised = await readFile(join(project.path, "cdktf.out/stacks", name, "cdk.tf.json"), "utf8");
    const inspected = await stack.inspectAll();
    expect(secrets.length).toBeGreaterThan(5);
    for (const text of [...secrets, slack.url]) {
      expect(inspected.includes(text)).toBe(false);
      expect(synthesised.includes(text)).toBe(false);
    }
  });

  test(
    "runs a job through, whose trace is in the trace store",
    async () => {
      const { traceId } = await runJob();
      await eventually(async () => {
        const trace = await ask(ports.jaeger, `/api/traces/${traceId}`);
        expect(trace.status).toBe(200);
        expect(await trace.text()).toContain("process image");
      }, healthyMs);
    },
    limitMs,
  );

  test(
    "scrapes every target",
    async () => {
      const up = await eventually(async () => {
        const series = await stack.query("up");
        expect(series).toHaveLength(5);
        expect(series.filter(({ value }) => value[1] !== "1")).toEqual([]);
        return series;
      }, healthyMs);
      expect(up.map(({ metric }) => `${metric.job} ${metric.role}`).toSorted()).toEqual([
        "alertmanager stack",
        "dashboard api",
        "gozcu-otel api",
        "gozcu-otel worker",
        "prometheus stack",
      ]);
    },
    limitMs,
  );

  test("connects Grafana with every data source, and lets nobody in without the password", async () => {
    const authorization = `Basic ${Buffer.from(`admin:${await secret("grafana-password")}`).toString("base64")}`;
    for (const { uid } of Object.values(datasources)) {
      const health = await ask(ports.grafana, `/api/datasources/uid/${uid}/health`, { headers: { authorization } });
      expect({ uid, status: health.status }).toEqual({ uid, status: 200 });
    }
    const found = await ask(ports.grafana, "/api/search", { headers: { authorization } });
    expect(z.array(z.object({ uid: z.string() })).parse(await found.json())).toHaveLength(
      Object.keys(dashboards).length,
    );
    expect((await ask(ports.grafana, "/api/search")).status).toBe(401);
  });

  test(
    "has a status page whose charts are of Prometheus, and which leads to a job's trace",
    async () => {
      const { traceId } = await runJob();
      const cookie = await logIn(`http://127.0.0.1:${ports.api}`, key);
      await eventually(async () => {
        const page = await (await ask(ports.api, "/", { headers: { cookie } })).text();
        expect(page).toContain("From Prometheus.");
        expect(page).toContain(`href="http://127.0.0.1:${ports.jaeger}/trace/${traceId}"`);
      }, healthyMs);
    },
    limitMs,
  );

  test(
    "tells people of a fault, and of its end",
    async () => {
      const began = Date.now();
      await engine.ask("pause", `${name}-comfyui-1`);
      const told = (what: string) =>
        eventually(
          () => expect(slack.received().map(({ text }) => text)).toContainEqual(expect.stringContaining(what)),
          healthyMs,
        );
      await told("[FIRING] ComfyuiDown: ");
      say(`ComfyUI paused: told after ${((Date.now() - began) / 1_000).toFixed(0)} s (times at a tenth)`);
      await engine.ask("unpause", `${name}-comfyui-1`);
      await told("[RESOLVED] ComfyuiDown: ");
      await allHealthy();
    },
    limitMs,
  );

  test(
    "changes nothing when nothing has changed, and would build the image anew when a source has",
    async () => {
      expect(await project.succeed("cdktf", "diff")).toContain(
        "No changes. Your infrastructure matches the configuration.",
      );
      const file = "app/demo-renderer/version.ts";
      const text = await readFile(join(project.path, file), "utf8");
      await project.edit(file, text, `${text}\n// Another source.\n`);
      expect(await project.succeed("cdktf", "diff")).toContain("docker_image.image-app");
      await project.edit(file, `${text}\n// Another source.\n`, text);
    },
    limitMs,
  );

  test("stays within its memory when it is idle", async () => {
    const memory = await stack.memoryMiB();
    const total = Object.values(memory).reduce((sum, each) => sum + each, 0);
    sayTable("memory of the idle stack, in MiB (Grafana and Jaeger are stand-ins)", [
      ...Object.entries(memory).map(([container, each]) => `${container.slice(name.length + 1)} ${each.toFixed(0)}`),
      `in all ${total.toFixed(0)}`,
    ]);
    expect(total).toBeLessThan(mostMemoryMiB);
  });

  test(
    "comes back when a container is killed, each in turn",
    async () => {
      const rows: string[] = [];
      for (const { Name, State } of await stack.containers()) {
        const began = Date.now();
        process.kill(State.Pid, "SIGKILL");
        await eventually(async () => {
          const again = (await stack.containers()).find((container) => container.Name === Name);
          expect(again?.State.StartedAt).not.toBe(State.StartedAt);
          expect(again?.State.Health?.Status).toBe("healthy");
        }, healthyMs);
        await allHealthy();
        rows.push(`${Name.slice(name.length + 1)} ${((Date.now() - began) / 1_000).toFixed(1)} s`);
      }
      sayTable("healthy again after kill -9", rows);
      await runJob();
    },
    limitMs,
  );

  test(
    "takes another threshold to Prometheus' rules and the panel that shows it, and restarts nothing",
    async () => {
      // An image that was made elsewhere: sources that change here do not change it.
      const [api] = (await stack.containers()).filter(({ Name }) => Name === `${name}-api-1`);
      await engine.ask("tag", z.string().parse(api?.Config.Image), appElsewhere);
      settings = { ...settings, images: { ...(settings.images as object), app: appElsewhere } };
      await project.configure(settings);
      await deploy();
      await allHealthy();
      const before = await startTimes();
      const samples = async () => Number((await stack.query('count_over_time(up{job="prometheus"}[1h])'))[0]?.value[1]);
      const samplesBefore = await samples();

      const row = (jobs: number) => `queueSizeHigh: { metric: "dashboard_jobs_pending", above: ${jobs} }`;
      await project.edit("app/catalogue/thresholds.ts", row(50), row(40));
      expect(await deploy()).toEqual(["grafana-files", "prometheus-1-reload", "prometheus-files"]);
      expect(await startTimes()).toEqual(before);
      await eventually(async () => {
        const said = await engine.ask(
          ...["exec", `${name}-prometheus-1`, "wget", "-q", "-O", "-", "http://127.0.0.1:9090/api/v1/rules"],
        );
        const rules = said.replaceAll("\\u003e", ">");
        expect(rules).toContain("dashboard_jobs_pending) > 40");
        expect(rules).not.toContain("dashboard_jobs_pending) > 50");
      }, healthyMs);
      expect(await samples()).toBeGreaterThanOrEqual(samplesBefore);
    },
    limitMs,
  );

  test(
    "serves everything by HTTPS when it has a domain, with two APIs behind it",
    async () => {
      const domain = "gozcu.localhost";
      const { api: _, ...others } = settings.publish as Record<string, string>;
      await project.configure({ ...settings, domain, replicas: { api: 2 }, publish: { ...others, api: "off" } });
      await deploy();
      await allHealthy();
      // For such a name Caddy is its own authority.
      const ca = await eventually(
        () => engine.ask("exec", `${name}-caddy-1`, "cat", "/data/caddy/pki/authorities/local/root.crt"),
        healthyMs,
      );
      const get = (path: string, protocol: "http" | "https" = "https") => askByName({ domain, path, protocol, ca });
      expect(await get("/readyz")).toMatchObject({ status: 200 });
      expect(await get("/grafana/api/health")).toMatchObject({ status: 200 });
      // What only Prometheus and Alertmanager ask.
      expect(await get("/metrics")).toMatchObject({ status: 404 });
      const report = { domain, path: "/api/alerts", protocol: "https", method: "POST", ca } as const;
      expect(await askByName(report)).toMatchObject({ status: 404 });
      expect(await get("/api/alerts")).toMatchObject({ status: 401 });
      expect(await get("/readyz", "http")).toMatchObject({ status: 308, location: `https://${domain}/readyz` });
      await eventually(async () => {
        const up = await stack.query('up{role="api"}');
        expect(up.map(({ value }) => value[1])).toEqual(["1", "1", "1", "1"]);
      }, healthyMs);
      const published = (await stack.containers()).flatMap(({ Name, HostConfig }) =>
        HostConfig.PortBindings.map(({ HostIp }) => [Name, HostIp] as const),
      );
      expect(published.filter(([, host]) => host !== "127.0.0.1").map(([container]) => container)).toEqual([
        `${name}-caddy-1`,
        `${name}-caddy-1`,
      ]);
      await project.configure(settings);
      await deploy();
    },
    limitMs,
  );

  test(
    "leaves its data when it is destroyed, and finds it again when a machine elsewhere deploys",
    async () => {
      const { id } = await runJob();
      await project.succeed("cdktf", "destroy", "--auto-approve");
      expect(await stack.containers()).toEqual([]);
      expect(await stack.volumes()).toEqual(
        ["alertmanager", "caddy", "grafana", "jaeger", "postgres", "prometheus", "redis"].map(
          (service) => `${name}-${service}-data`,
        ),
      );
      // From here on as if Docker were elsewhere, reached over the network.
      const remote = await startRemoteHost();
      try {
        const cdktf = ["env", `DOCKER_HOST=${remote.url}`, "cdktf"] as const;
        await project.succeed(...cdktf, "deploy", "--auto-approve");
        expect(await project.succeed(...cdktf, "diff")).toContain("No changes.");
      } finally {
        await remote.close();
      }
      expect((await askApi(`/api/jobs/${id}`)).status).toBe(200);
    },
    limitMs,
  );

  test(
    "is backed up, wiped and restored, with the same counts",
    async () => {
      const before = await jobCount();
      const said = await project.succeed("npm", "run", "--silent", "backup");
      say(said.trim());
      const [archive] = await readdir(join(project.path, "backups"));
      await project.succeed("cdktf", "destroy", "--auto-approve");
      for (const volume of await stack.volumes()) await engine.ask("volume", "rm", volume);
      await deploy();
      expect(await jobCount()).toBe(0);
      await project.succeed("npm", "run", "--silent", "restore", "--", join("backups", archive ?? ""), "--yes");
      await allHealthy();
      await eventually(async () => expect(await jobCount()).toBe(before), healthyMs);
    },
    limitMs,
  );
});
