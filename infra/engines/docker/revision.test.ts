import { createHash } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import { describe, expect, test } from "@jest/globals";
import { renderDashboardFiles } from "../../../dashboards/files.ts";
import type { ServiceName } from "../../topology/listening.ts";
import { replaceSecrets, type SecretName } from "../../topology/secret.ts";
import type { Run, Service } from "../../topology/service.ts";
import { tellSecret } from "../../topology/test-ground.ts";
import { createTopology } from "../../topology.ts";
import { labels } from "./names.ts";
import { type SynthesisedContainer, synthesise, testStacks } from "./test-synthesis.ts";

const { topology: settings } = testStacks["everything asked for"];
const topology = createTopology(settings);

/** As the secrets' own fingerprint does: it is another one when a secret in the text is. */
const fingerprintWith = (changed?: SecretName) => (text: string) =>
  createHash("sha256")
    .update(replaceSecrets(text, (name) => (name === changed ? "another one" : tellSecret(name))))
    .digest("hex");

function synthesiseWith(edit: (service: Service) => Service, changed?: SecretName) {
  const options = { topology: topology.map(edit), images: settings.images, fingerprint: fingerprintWith(changed) };
  return synthesise(options).resource.docker_container;
}

const before = synthesiseWith((service) => service);

/** The containers that Terraform makes anew, or changes: as `api-1`; and those whose revision tells why. */
function compare(after: Readonly<Record<string, SynthesisedContainer>>) {
  expect(Object.keys(after)).toEqual(Object.keys(before));
  const revisionOf = (container?: SynthesisedContainer) => container?.labels.get(labels.revision);
  const ids = Object.keys(after).toSorted();
  return {
    revised: ids.filter((id) => revisionOf(after[id]) !== revisionOf(before[id])),
    changed: ids.filter((id) => !isDeepStrictEqual(after[id], before[id])),
  };
}

/** One service differs in this, and no other. */
const differ = (name: ServiceName, difference: Partial<Service>) =>
  compare(synthesiseWith((service) => (service.name === name ? { ...service, ...difference } : service)));

/** One service has one text more than before at the end of a file. */
function rewrite(name: ServiceName, kind: "files" | "liveFiles" | "secretFiles", path: string) {
  return compare(
    synthesiseWith((service) => {
      if (service.name !== name) return service;
      function run(...given: Parameters<Service["run"]>): Run {
        const usual = service.run(...given);
        const text = usual[kind]?.[path];
        if (text === undefined) throw new Error(`${name} has no ${path} among its ${kind}`);
        return { ...usual, [kind]: { ...usual[kind], [path]: `${text}# more\n` } };
      }
      return { ...service, run };
    }),
  );
}

const api = ["api-1", "api-2", "api-3"];
const workers = ["worker-1", "worker-2"];

describe("the containers that are made anew", () => {
  test("are none when nothing has changed", () => {
    expect(compare(synthesiseWith((service) => service))).toEqual({ revised: [], changed: [] });
  });

  test.each<readonly [SecretName, readonly string[]]>([
    ["api-keys", api],
    ["webhook-secret", [...api, ...workers]],
    ["redis-password", [...api, "redis-1", ...workers]],
    ["grafana-password", ["grafana-1"]],
    ["monitoring-password", ["alertmanager-1", ...api, "grafana-1", "prometheus-1"]],
  ])("are those that know the secret %s, when it is another one", (secret, revised) => {
    // What is written for Terraform shows no secret: the revision is all that tells.
    expect(compare(synthesiseWith((service) => service, secret))).toEqual({ revised, changed: revised });
  });

  test.each([
    ["caddy", "files", "Caddyfile", ["caddy-1"]],
    ["jaeger", "files", "jaeger.yml", ["jaeger-1"]],
    ["redis", "secretFiles", "users.acl", ["redis-1"]],
    ["worker", "secretFiles", "database-url", workers],
  ] as const)(
    "are the replicas of %s, after its volume, when one of its %s is another: %s",
    (name, kind, path, replicas) => {
      const volume = `${name}-${kind === "files" ? "files" : "secrets"}`;
      expect(rewrite(name, kind, path)).toEqual({ revised: replicas, changed: [volume, ...replicas].toSorted() });
    },
  );

  test.each([
    ["prometheus", "prometheus.yml"],
    ["prometheus", "alerting-rules.yml"],
    ["alertmanager", "alertmanager.yml"],
  ] as const)("are only what fills the volume and tells %s, when it reads %s again while it runs", (name, path) => {
    const reload = `${name}-1-reload`;
    expect(rewrite(name, "liveFiles", path)).toEqual({ revised: [reload], changed: [reload, `${name}-files`] });
  });

  test("are only what fills the volume, when Grafana looks at its dashboards by itself", () => {
    const [dashboard = ""] = Object.keys(renderDashboardFiles());
    expect(rewrite("grafana", "liveFiles", `dashboards/${dashboard}`)).toEqual({
      revised: [],
      changed: ["grafana-files"],
    });
  });

  test.each([
    ["memory", { memoryMb: 1_234 }],
    ["shared memory", { sharedMemoryMb: 123 }],
    ["time to stop", { graceSeconds: 123 }],
    ["time to become ready", { readySeconds: 123 }],
  ])("are the replicas of a service that gets another %s", (_, difference) => {
    expect(differ("api", difference)).toEqual({ revised: api, changed: api });
  });
});
