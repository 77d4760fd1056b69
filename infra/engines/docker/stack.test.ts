import { describe, expect, test } from "@jest/globals";
import { isLoopback } from "../../loopback.ts";
import { images } from "../../topology/images.ts";
import { markSecret } from "../../topology/secret.ts";
import type { Run } from "../../topology/service.ts";
import { createTopology } from "../../topology.ts";
import { dockerNames, labels } from "./names.ts";
import { planServices } from "./plan.ts";
import { listSecrets } from "./stack.ts";
import { secretLocal } from "./terraform-text.ts";
import { type SynthesisedContainer, synthesise, synthesiseStack, testStacks } from "./test-synthesis.ts";

const rows = Object.entries(testStacks).map(([title, stack]) => ({ title, stack }));
const serviceOf = ({ labels: all }: SynthesisedContainer) => all.get(labels.service);
const reference = /\$\{[^}]*\}/g;

describe.each(rows)("a stack with $title", ({ stack }) => {
  const topology = createTopology(stack.topology);
  const synthesis = synthesiseStack(stack);
  const { docker_container, docker_image, docker_network, docker_volume } = synthesis.resource;
  const all = Object.values(docker_container);
  const services = all.filter(({ healthcheck }) => healthcheck !== undefined);
  const uploads = all.flatMap(({ upload }) => upload);
  const planned = planServices(stack.name, topology);

  test("has two networks, and no way to the world from the one behind", () => {
    expect(Object.values(docker_network).map(({ name, internal }) => [name, internal])).toEqual([
      [dockerNames.network(stack.name, "back"), true],
      [dockerNames.network(stack.name, "front"), false],
    ]);
  });

  test("connects each service as the topology says, by its own name", () => {
    for (const container of services) {
      const service = topology.find(({ name }) => name === serviceOf(container));
      expect(container.networks_advanced).toEqual(
        service?.networks.map((network) => ({
          name: dockerNames.network(stack.name, network),
          aliases: [service.name],
        })),
      );
      expect(container.network_mode).toBeUndefined();
    }
  });

  test("publishes nothing of databases and workers, and beyond this machine only HTTPS", () => {
    const published = all.flatMap((container) =>
      container.ports.map((port) => ({ of: serviceOf(container), ...port })),
    );
    const names = new Set(published.map(({ of }) => of));
    for (const name of ["postgres", "redis", "worker", "comfyui"]) expect(names).not.toContain(name);
    expect(published.filter(({ ip }) => !isLoopback(ip))).toEqual(
      stack.topology.domain === undefined
        ? []
        : [80, 443].map((port) => ({ of: "caddy", internal: port, external: port, ip: "0.0.0.0", protocol: "tcp" })),
    );
    const taken = published.map(({ ip, external }) => `${ip}:${external}`);
    expect(new Set(taken).size).toBe(taken.length);
    expect(services.some((container) => serviceOf(container) === "caddy")).toBe(stack.topology.domain !== undefined);
  });

  test("runs replicas that differ in nothing but their names", () => {
    for (const container of services) {
      const first = services.find((other) => serviceOf(other) === serviceOf(container));
      const { name, hostname, "//": metadata } = container;
      expect(hostname).toBe(name);
      expect(container).toEqual({ ...first, name, hostname, "//": metadata });
    }
  });

  test("mounts volumes only, of which services can write to their data alone", () => {
    for (const container of services)
      for (const { volume_name, read_only } of container.volumes) {
        expect(volume_name.startsWith(`${stack.name}-${serviceOf(container)}-`)).toBe(true);
        expect(read_only).toBe(!volume_name.endsWith("-data"));
      }
  });

  test("loses its files and secrets with destroy, and never its data", () => {
    const mounted = new Set(services.flatMap(({ volumes }) => volumes.map(({ volume_name }) => volume_name)));
    const owned = Object.values(docker_volume).map(({ name }) => name);
    expect(owned.toSorted()).toEqual([...mounted].filter((name) => !name.endsWith("-data")).toSorted());
    const keeping = topology.filter(({ image }) => "data" in images[image]).map(({ name }) => name);
    expect([...mounted].filter((name) => name.endsWith("-data")).toSorted()).toEqual(
      keeping.map((name) => dockerNames.volume(stack.name, name, "data")).toSorted(),
    );
  });

  test("prepares each volume before the service starts", () => {
    for (const container of services) {
      const before = container.depends_on.flatMap((id) => docker_container[id] ?? []);
      const prepared = before.filter(({ healthcheck }) => healthcheck === undefined);
      expect(prepared.flatMap(({ volumes }) => volumes.map(({ volume_name }) => volume_name)).toSorted()).toEqual(
        container.volumes.map(({ volume_name }) => volume_name).toSorted(),
      );
    }
  });

  test("has each secret in the files of secrets, as a reference", () => {
    const secrets = listSecrets(planned);
    const locals = secrets.map((name) => [
      secretLocal(name),
      `\${sensitive(trimspace(file("../state/secrets/${name}")))}`,
    ]);
    expect(synthesis.locals).toEqual(Object.fromEntries(locals));
    for (const container of all)
      for (const { content } of container.upload) {
        const named = (content.replaceAll(/[$%]{2}\{/g, "").match(reference) ?? []).map((each) => each.slice(2, -1));
        const isSecret = container.volumes.some(({ volume_name }) => volume_name.endsWith("-secrets"));
        if (!isSecret) expect([container.name, ...named]).toEqual([container.name]);
        for (const each of named) expect(locals.map(([name]) => `local.${name}`)).toContain(each);
      }
    expect(uploads.some(({ content }) => content.includes(`local.${secretLocal("api-keys")}`))).toBe(true);
  });

  test("tells no secret, and no place of one but a file, where everybody who may use Docker looks", () => {
    for (const { upload: _, lifecycle: _own, ...shown } of all) {
      const text = JSON.stringify({ ...shown, labels: [...shown.labels] });
      expect([shown.name, ...(text.match(reference) ?? [])]).toEqual([shown.name]);
      expect(text).not.toContain("local.");
    }
    for (const secret of Object.values(stack.given)) expect(secret).toContain("hush");
    expect(synthesis.text).not.toContain("hush");
  });

  test("runs pinned images, its own by the hash of its sources", () => {
    for (const { name } of Object.values(docker_image)) expect(name).toMatch(/:(?!latest$)[\w.-]+$/);
    const known = Object.values(docker_image).map(({ name }) => name);
    for (const { image } of all) expect(known).toContain(image);
    const app = docker_image["image-app"];
    expect(app?.build !== undefined).toBe(stack.buildApp);
    expect(app).toMatchObject(
      stack.buildApp
        ? {
            name: `${stack.name}-app:0123456789ab`,
            build: { context: "../../..", build_args: { NODE_IMAGE: stack.baseImages.node } },
            // The old one is in use until its containers are replaced.
            lifecycle: { create_before_destroy: true },
          }
        : { name: "registry.example/gozcu:1.2.3", keep_locally: true },
    );
  });

  test("keeps what Terraform knows outside of the output, and names no path of the machine", () => {
    expect(synthesis.terraform.backend.local.path).toBe("../state/terraform.tfstate");
    expect(synthesis.text).not.toContain(process.cwd());
  });

  test("is synthesised the same twice, in another folder", () => {
    expect(synthesiseStack(stack).text).toBe(synthesis.text);
  });
});

describe("a service", () => {
  const { topology: settings } = testStacks["nothing set"];
  const synthesiseWith = (run: Run) => {
    const topology = createTopology(settings).map((service) => ({ ...service, run: () => run }));
    return synthesise({ topology, images: settings.images });
  };

  test("that would show a secret is refused", () => {
    const run = { args: [markSecret("api-keys")], health: { command: ["true"] } };
    expect(() => synthesiseWith(run)).toThrow(
      "postgres would show the secret api-keys: it may stand in secretFiles only",
    );
  });

  test("is told literally what looks like Terraform's own", () => {
    const [plain, escaped] = ["%{ for }", "%%{ for }"];
    const run = { args: [plain], env: { NAME: plain }, health: { command: [plain] } };
    expect(synthesiseWith(run).resource.docker_container["api-1"]).toMatchObject({
      command: [escaped],
      env: [`NAME=${escaped}`],
      healthcheck: { test: ["CMD", escaped] },
    });
  });
});
