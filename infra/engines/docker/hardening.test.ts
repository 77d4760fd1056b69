import { describe, expect, test } from "@jest/globals";
import { images } from "../../topology/images.ts";
import { createTopology } from "../../topology.ts";
import { dockerNames, labels } from "./names.ts";
import { type SynthesisedContainer, synthesiseStack, testStacks } from "./test-synthesis.ts";

const stacks = Object.entries(testStacks).map(([title, stack]) => ({ title, stack }));

type Kind = "service" | "preparation" | "reload";

/** A service answers for its health; a preparation fills a volume; what reloads lives beside another's processes. */
function kindOf({ healthcheck, pid_mode }: SynthesisedContainer): Kind {
  if (healthcheck !== undefined) return "service";
  return pid_mode === undefined ? "preparation" : "reload";
}

describe.each(stacks)("the containers of a stack with $title", ({ stack }) => {
  const topology = createTopology(stack.topology);
  const { resource } = synthesiseStack(stack);
  const all = Object.values(resource.docker_container);
  const of = (kind: Kind) => all.filter((container) => kindOf(container) === kind);
  const describedBy = (container: SynthesisedContainer) => {
    const name = container.labels.get(labels.service);
    const service = topology.find((each) => each.name === name);
    if (service === undefined) throw new Error(`${container.name} is of no service: ${name}`);
    return service;
  };

  test("are one for each replica of each service", () => {
    const wanted = topology.flatMap(({ name, replicas }) =>
      Array.from({ length: replicas }, (_, index) => dockerNames.container(stack.name, name, index + 1)),
    );
    expect(
      of("service")
        .map(({ name }) => name)
        .toSorted(),
    ).toEqual(wanted.toSorted());
    for (const container of all) expect(container.labels.get(labels.stack)).toBe(stack.name);
  });

  test("run as the user that the image has for them; root only prepares volumes", () => {
    for (const container of [...of("service"), ...of("reload")]) {
      const { uid, gid } = images[describedBy(container).image];
      expect(uid).toBeGreaterThan(0);
      expect([container.name, container.user]).toEqual([container.name, `${uid}:${gid}`]);
    }
    for (const { user, network_mode, volumes, capabilities } of of("preparation")) {
      expect({ user, network_mode, capabilities }).toEqual({
        user: "0:0",
        network_mode: "none",
        capabilities: { drop: ["ALL"], add: ["CAP_CHOWN", "CAP_DAC_OVERRIDE"] },
      });
      expect(volumes).toHaveLength(1);
    }
  });

  test("cannot change their own files; what they must write is in memory, for them alone", () => {
    // The daemon takes no upload into a root that is read-only.
    for (const container of all) expect(container.read_only).toBe(kindOf(container) !== "preparation");
    for (const container of of("service")) {
      const row = images[describedBy(container).image];
      expect(Object.keys(container.tmpfs)).toEqual("scratch" in row ? row.scratch : []);
      for (const options of Object.values(container.tmpfs))
        expect(options.split(",")).toEqual(
          expect.arrayContaining(["noexec", "nosuid", "nodev", "mode=0700", `uid=${row.uid}`, `gid=${row.gid}`]),
        );
    }
  });

  test("have no rights but those that are named, and gain none", () => {
    for (const container of all) {
      expect([container.name, container.capabilities.drop]).toEqual([container.name, ["ALL"]]);
      expect(container.security_opts).toEqual(["no-new-privileges:true"]);
    }
    const adding = of("service").filter(({ capabilities }) => capabilities.add.length > 0);
    expect(adding.map((container) => [describedBy(container).name, container.capabilities.add])).toEqual(
      stack.topology.domain === undefined ? [] : [["caddy", ["CAP_NET_BIND_SERVICE"]]],
    );
    for (const { capabilities } of of("reload")) expect(capabilities.add).toEqual([]);
  });

  test("end when they outgrow their memory, and fill no disk with logs", () => {
    for (const container of all) {
      const isService = kindOf(container) === "service";
      expect(container.memory).toBe(isService ? describedBy(container).memoryMb : 64);
      expect(container.memory_swap).toBe(container.memory);
      expect(container.shm_size).toBe(isService ? describedBy(container).sharedMemoryMb : undefined);
      expect(container.log_driver).toBe("json-file");
      expect(container.log_opts).toEqual({ "max-size": expect.stringMatching(/^\d+m$/), "max-file": "3" });
    }
  });

  test("have as many processes at most as the topology says", () => {
    const limits = Object.values(resource.terraform_data).map(({ triggers_replace, provisioner }) => ({
      triggers: Object.values(triggers_replace),
      commands: provisioner.map(({ "local-exec": { interpreter, command } }) => [...interpreter, command]),
    }));
    expect(limits).toHaveLength(of("service").length);
    for (const container of of("service")) {
      const { pids } = describedBy(container);
      expect(limits).toContainEqual({
        triggers: [container.name, pids],
        commands: [["docker", "update", "--pids-limit", String(pids), container.name]],
      });
    }
  });

  test("come back when they are services, which are waited for until they answer", () => {
    for (const container of of("service")) {
      const { graceSeconds, readySeconds, stopSignal } = describedBy(container);
      expect(container).toMatchObject({ restart: "unless-stopped", must_run: true, attach: false });
      expect(container).toMatchObject({ wait: true, wait_timeout: readySeconds });
      expect(container.healthcheck?.test.slice(0, 1)).toEqual(["CMD"]);
      expect(container.healthcheck?.test.length).toBeGreaterThan(1);
      expect(container).toMatchObject({ stop_timeout: graceSeconds, destroy_grace_seconds: graceSeconds });
      expect(container.stop_signal).toBe(stopSignal);
    }
  });

  test("run once when they do one thing, and must end well", () => {
    for (const container of [...of("preparation"), ...of("reload")]) {
      expect(container).toMatchObject({ must_run: false, attach: true });
      expect(container.restart).toBeUndefined();
      expect(container.lifecycle.postcondition.map(({ condition }) => condition)).toEqual([
        // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own template.
        "${self.exit_code == 0}",
      ]);
    }
  });

  test("tell a running Prometheus and Alertmanager of changed files, as their own user and without a network", () => {
    const told = of("reload");
    expect(told.map((container) => describedBy(container).name).toSorted()).toEqual(["alertmanager", "prometheus"]);
    for (const container of told) {
      const { name } = describedBy(container);
      expect(container).toMatchObject({ network_mode: "none", command: ["kill", "-HUP", "1"], volumes: [] });
      expect(container.pid_mode).toBe(`container:${dockerNames.container(stack.name, name, 1)}`);
      expect(container.depends_on).toContain(`${name}-files`);
    }
  });
});
