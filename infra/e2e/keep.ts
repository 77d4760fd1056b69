import { afterAll } from "@jest/globals";

/** For a `describe`: what is given to the function is closed after its tests, in reverse order; `limitMs` is for all of it. */
export function createKeep(limitMs?: number) {
  const closers: (() => Promise<unknown>)[] = [];
  afterAll(async () => {
    for (const close of closers.reverse()) await close();
  }, limitMs);
  return function keep<T extends { close(): Promise<unknown> }>(opened: T): T {
    closers.push(() => opened.close());
    return opened;
  };
}
