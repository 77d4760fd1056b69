import { createServer } from "node:http";
import { afterAll, describe, expect, test } from "@jest/globals";
import { findFreePort } from "../e2e/programs.ts";
import { createWorld } from "./world.ts";

describe("the world", () => {
  const world = createWorld({ PATH: "/nowhere" });
  afterAll(() => world.close());

  test("says of a program that is missing that it is", async () => {
    expect(await world.run("terraform", ["version"])).toEqual({ code: undefined, said: "it is not on the PATH" });
  });

  test("says why nothing answers", async () => {
    await expect(world.ask(`http://127.0.0.1:${await findFreePort()}`)).rejects.toThrow("ECONNREFUSED");
  });

  test("gives what is answered, whatever the status", async () => {
    const server = createServer((_, response) => response.writeHead(401).end("who are you?"));
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as { readonly port: number };
    try {
      expect(await world.ask(`http://127.0.0.1:${port}/v2/`)).toEqual({ status: 401, text: "who are you?" });
      expect(await world.tryPort("127.0.0.1", port)).toBe("EADDRINUSE");
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
    expect(await world.tryPort("127.0.0.1", port)).toBeUndefined();
  });

  test("knows how much of a disk is free", async () => {
    expect(await world.freeBytes("/")).toBeGreaterThan(0);
  });
});
