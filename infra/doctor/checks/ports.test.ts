import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { afterAll, beforeAll, describe, expect, test } from "@jest/globals";
import { readPorts } from "../container-list.ts";
import { createTestFacts, tell } from "../test-site.ts";
import { createWorld } from "../world.ts";
import { portsCheck } from "./ports.ts";

describe("the check of ports", () => {
  const world = createWorld({});
  const taken = createServer();
  beforeAll(async () => {
    taken.listen(0, "127.0.0.1");
    await once(taken, "listening");
  });
  afterAll(async () => {
    taken.close();
    await once(taken, "close");
    await world.close();
  });

  const text = (address: string) => `publish:\n  api: "${address}"\n  grafana: "off"\n  jaeger: "off"\n`;
  const facts = (address: string, containers: string, daemon = {}) =>
    createTestFacts({
      text: text(address),
      daemon,
      world: { docker: { ask: () => Promise.resolve(containers) }, tryPort: world.tryPort },
    });
  const own = () => `127.0.0.1:${(taken.address() as AddressInfo).port}`;

  test("a port that another program holds is refused", async () => {
    expect(await tell(portsCheck, facts(own(), ""))).toEqual({
      state: "wrong",
      found: `${own()} is held by another program`,
      mend: expect.stringContaining("publish.*"),
    });
  });

  test("a port that another container holds is refused by its name", async () => {
    const containers = `shop\t\trunning\tUp 2 hours\t0.0.0.0:${own().split(":")[1]}->80/tcp\n`;
    expect(await tell(portsCheck, facts(own(), containers))).toMatchObject({
      state: "wrong",
      found: `${own()} is held by the container shop`,
    });
  });

  test("a port that the stack itself holds is fine", async () => {
    const containers = `gozcu-api-1\tgozcu\trunning\tUp 2 hours (healthy)\t${own()}->3000/tcp\n`;
    expect(await tell(portsCheck, facts(own(), containers))).toMatchObject({ state: "fine" });
  });

  test("another stack's port is not", async () => {
    const containers = `blue-api-1\tblue\trunning\tUp 2 hours (healthy)\t${own()}->3000/tcp\n`;
    expect(await tell(portsCheck, facts(own(), containers))).toMatchObject({ state: "wrong" });
  });

  test("a free port is fine, and so is one of another machine, which is not tried", async () => {
    const remote = { isLocal: false, endpoint: "ssh://deploy@build.example" };
    expect(await tell(portsCheck, facts(own(), "", remote))).toMatchObject({ state: "fine" });
  });

  test("an address that the machine does not have is refused", async () => {
    expect(await tell(portsCheck, facts("192.0.2.1:3000", ""))).toMatchObject({
      state: "wrong",
      found: "192.0.2.1:3000 is at an address that this machine does not have",
    });
  });
});

test("reads the ports that docker tells of", () => {
  expect(readPorts("127.0.0.1:3000->3000/tcp, [::]:80-81->80-81/tcp, 5432/tcp")).toEqual([
    { address: "127.0.0.1", port: 3_000 },
    { address: "::", port: 80 },
    { address: "::", port: 81 },
  ]);
});
