import { describe, expect, test } from "@jest/globals";
import { problemsOf } from "./test-stack.ts";

describe("the configuration of a stack", () => {
  test("tells all problems at once, each with where it stands and what is allowed", () => {
    const text = [
      "name: Lookout",
      "publsh:",
      "  api: 1",
      "retention: { metrics: { size: 2 GB } }",
      "memory: { api: 3 }",
      "images: { redis: redis }",
      "app: { LOG_LEVEL: loud, PORT: 3000 }",
      "LOG_LEVEL: debug",
    ].join("\n");
    const env = {
      GOZCU_REPLICAS_WORKER: "17",
      GOZCU_PUBLISH_GRAFANNA: "1",
      DATABASE_URL: "postgres://me:hunter2@localhost/gozcu",
      SMTP_URL: "smtp://mail.example",
    };
    expect(problemsOf(text, env)).toEqual([
      expect.stringMatching(/^gozcu.yml:3: publsh.api is no setting: did you mean publish.api/),
      "gozcu.yml:7: app.PORT cannot be chosen: publish.api decides where the API is found",
      "gozcu.yml:8: LOG_LEVEL is no setting: did you mean app.LOG_LEVEL?",
      expect.stringMatching(/^GOZCU_PUBLISH_GRAFANNA is no setting: did you mean GOZCU_PUBLISH_GRAFANA/),
      expect.stringMatching(/^gozcu.yml:1: name must be 1 to 40 of .* \(is "Lookout"\)$/),
      'GOZCU_REPLICAS_WORKER must be a whole number from 1 to 16 (is "17")',
      'gozcu.yml:4: retention.metrics.size must be a size such as 512MB or 2GB (is "2 GB")',
      expect.stringMatching(/^gozcu.yml:5: memory.api must be a whole number from 128 to \d+ \(is "3"\)$/),
      expect.stringMatching(/^gozcu.yml:6: images.redis must name a version/),
      expect.stringMatching(/^gozcu.yml:7: app.LOG_LEVEL must be trace, .* \(is "loud"\)$/),
      "SMTP_URL and ALERT_EMAIL_TO belong together: set both or neither",
      "DATABASE_URL names the container that asks, not the machine it runs on: write host.docker.internal",
    ]);
  });

  test.each([
    ["DATABASE_URL", "postgres://localhost/gozcu"],
    ["QUEUE_URL", "redis://127.0.0.1"],
    ["COMFYUI_URL", "http://[::1]:8188"],
    ["DEADMAN_URL", "http://0.0.0.0/beat"],
    ["GOZCU_REMOTE_WRITE_URL", "http://localhost:9009/write"],
  ])("says how a container reaches the machine it runs on (%s)", (name, address) => {
    expect(problemsOf("", { [name]: address })).toEqual([
      `${name} names the container that asks, not the machine it runs on: write host.docker.internal`,
    ]);
    expect(
      problemsOf("", { [name]: address.replace(/localhost|127\.0\.0\.1|\[::1\]|0\.0\.0\.0/, "host.docker.internal") }),
    ).toEqual([]);
  });

  test.each([
    ["publish: { grafana: 0.0.0.0:3001 }", /^gozcu.yml:2: publish.grafana must stay on 127.0.0.1/],
    [
      "replicas: { api: 3 }\npublish: { api: 3000 }",
      /^gozcu.yml:3: publish.api cannot be shared by the 3 of replicas.api/,
    ],
    ["app: { PUBLIC_URL: https://other.example }", /^gozcu.yml:2: app.PUBLIC_URL cannot be chosen beside a domain/],
    ["publish: { jaeger: 443 }", /^gozcu.yml:2: publish.jaeger and gozcu.yml:1: domain both want port 443/],
  ])("leaves to a domain what it decides (%s)", (text, problem) => {
    expect(problemsOf(`domain: gozcu.example.com\n${text}`)).toEqual([expect.stringMatching(problem)]);
  });

  test("asks for a domain where it is of use with one only", () => {
    expect(problemsOf("acme: { email: me@example.com }")).toEqual([
      "gozcu.yml:1: acme.email is of use with a domain only",
    ]);
    expect(problemsOf("replicas: { api: 2 }")).toEqual([
      "gozcu.yml:1: replicas.api needs a domain, whose Caddy shares requests out among 2, or publish.api: off",
    ]);
    expect(problemsOf("replicas: { api: 2 }\npublish: { api: off }")).toEqual([]);
    expect(problemsOf("replicas: { api: 2 }\ndomain: gozcu.example.com")).toEqual([]);
  });

  test("does not complain of a missing domain when the one that is there is wrong", () => {
    expect(problemsOf("domain: https://gozcu.example.com\nreplicas: { api: 2 }")).toEqual([
      expect.stringMatching(/^gozcu.yml:1: domain must be a name such as/),
    ]);
  });

  test.each([
    ["publish: { grafana: 3000 }", ["publish.api and gozcu.yml:1: publish.grafana both want port 3000 of 127.0.0.1"]],
    ["publish: { grafana: 10.0.0.1:3000 }", []],
    ["publish: { grafana: 10.0.0.1:3000, api: 0.0.0.0:3000 }", [expect.stringContaining("both want port 3000 of")]],
    ["publish: { grafana: '[::]:3000' }", [expect.stringContaining("both want port 3000 of")]],
  ])("gives a port of an address to one service only (%s)", (text, problems) => {
    expect(problemsOf(text)).toEqual(problems);
  });

  test("says what is a section, and refuses an empty one that is none", () => {
    expect(problemsOf("publish: 3000\nretention: { traces: hunter2 }\ncaddy: {}\nmemory: {}")).toEqual([
      "gozcu.yml:1: publish is a section: publish.api, publish.grafana, …",
      "gozcu.yml:2: retention.traces is a section: retention.traces.days",
      expect.stringMatching(/^gozcu.yml:3: caddy is no setting/),
    ]);
  });

  test("asks for the one port that an old Alertmanager speaks TLS on from the start", () => {
    const env = { SMTP_URL: "smtps://me:hunter2@mail.example:2465", ALERT_EMAIL_TO: "a@example.com" };
    expect(problemsOf("images: { alertmanager: prom/alertmanager:v0.25.0 }", env)).toEqual([
      "SMTP_URL must be smtps://… on port 465: the Alertmanager prom/alertmanager:v0.25.0 knows no other for it",
    ]);
    expect(problemsOf("", env)).toEqual([]);
  });

  test("takes the name and the password of the long-term storage together, and with its address", () => {
    const pair = "remoteWrite.username and REMOTE_WRITE_PASSWORD belong together: set both or neither";
    expect(problemsOf("remoteWrite: { url: https://s.example, username: me }")).toEqual([pair]);
    expect(problemsOf("remoteWrite: { url: https://s.example }", { REMOTE_WRITE_PASSWORD: "x" })).toEqual([pair]);
    expect(problemsOf("remoteWrite: { username: me }", { REMOTE_WRITE_PASSWORD: "x" })).toEqual([
      "gozcu.yml:1: remoteWrite.username is of use with remoteWrite.url only",
    ]);
  });

  test("looks at no variable that is not ours", () => {
    expect(problemsOf("", { GOZCUX: "1", PATH: "/bin" })).toEqual([]);
  });
});
