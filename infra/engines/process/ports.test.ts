import { once } from "node:events";
import { type AddressInfo, createServer } from "node:net";
import { describe, expect, test } from "@jest/globals";
import { findFreePort } from "../../e2e/programs.ts";
import { choosePorts } from "./ports.ts";

describe("ports", () => {
  test("are the wanted ones where those are free", async () => {
    const wanted = { prometheus: await findFreePort() };
    expect(await choosePorts(wanted)).toEqual(wanted);
  });

  test("are other ones where the wanted are taken, and any for 0", async () => {
    const taken = createServer().listen(0, "127.0.0.1");
    await once(taken, "listening");
    const { port } = taken.address() as AddressInfo;
    const chosen = await choosePorts({ prometheus: port, alertmanager: 0 });
    expect(chosen.prometheus).not.toBe(port);
    expect(Object.values(chosen).every((one) => one > 0)).toBe(true);
    taken.close();
  });

  test("are never the same for two, even when one is wanted for both", async () => {
    const port = await findFreePort();
    const { prometheus, alertmanager } = await choosePorts({ prometheus: port, alertmanager: port });
    expect(prometheus).toBe(port);
    expect(alertmanager).not.toBe(port);
  });
});
