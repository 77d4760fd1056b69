import { describe, expect, test } from "@jest/globals";
import { createClosing } from "./closing.ts";

function createWorld() {
  const errors: unknown[] = [];
  const heard: string[] = [];
  const closing = createClosing((error) => void errors.push(error));
  const add = (name: string, work: () => Promise<unknown> = async () => undefined) =>
    closing.add((graceMs) => {
      heard.push(`${name} ${graceMs}`);
      return work();
    });
  return { closing, add, errors, heard };
}

describe("closing", () => {
  test("closes in reverse order, each within the grace", async () => {
    const { closing, add, heard } = createWorld();
    for (const name of ["database", "worker", "server"]) add(name);
    await closing.run(25_000);
    expect(heard).toEqual(["server 25000", "worker 25000", "database 25000"]);
  });

  test("waits for one thing before it closes what that may need", async () => {
    const { closing, add, heard } = createWorld();
    const worker = Promise.withResolvers<void>();
    add("database");
    add("worker", () => worker.promise);
    const running = closing.run(1);
    await new Promise(setImmediate);
    expect(heard).toEqual(["worker 1"]);
    worker.resolve();
    await running;
    expect(heard).toEqual(["worker 1", "database 1"]);
  });

  test("tells what does not close, and closes the rest", async () => {
    const { closing, add, heard, errors } = createWorld();
    const [late, atOnce] = [new Error("rejected"), new Error("thrown")];
    add("database");
    add("queue", () => Promise.reject(late));
    add("server", () => {
      throw atOnce;
    });
    await closing.run(0);
    expect(errors).toEqual([atOnce, late]);
    expect(heard).toEqual(["server 0", "queue 0", "database 0"]);
  });

  test("asked again hurries what is under way and does not close what that still needs", async () => {
    const { closing, add, heard } = createWorld();
    const worker = Promise.withResolvers<void>();
    add("database");
    add("worker", () => worker.promise);
    const runs = [closing.run(25_000), closing.run(0)];
    await new Promise(setImmediate);
    expect(heard).toEqual(["worker 25000", "worker 0"]);
    worker.resolve();
    await Promise.all(runs);
    expect(heard.slice(2)).toEqual(["database 0"]);
  });

  test("closes everything once", async () => {
    const { closing, add, heard } = createWorld();
    add("database");
    await closing.run(0);
    await closing.run(0);
    expect(heard).toEqual(["database 0"]);
  });
});
