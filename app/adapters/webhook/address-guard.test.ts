import type { LookupAddress } from "node:dns";
import { describe, expect, test } from "@jest/globals";
import { AddressRefused, createAddressGuard, type ResolveHost } from "./address-guard.ts";

const publicV4 = { address: "93.184.215.14", family: 4 };
const publicV6 = { address: "2606:4700::1", family: 6 };
const privateV4 = { address: "10.0.0.7", family: 4 };

/** A guard whose DNS gives these answers, one after the other, then the last one again. */
function guardAnswering(...answers: readonly LookupAddress[][]) {
  const left = [...answers];
  return createAddressGuard({
    allowPrivate: false,
    lookup: async () => (left.length > 1 ? left.shift() : left[0]) ?? [],
  });
}

const unasked: ResolveHost = async (hostname) => {
  throw new Error(`DNS was asked for ${hostname}`);
};

type Found = { readonly error: Error | null; readonly address: unknown; readonly family: number | undefined };

function connectLookup(guard: ReturnType<typeof createAddressGuard>, all: boolean): Promise<Found> {
  return new Promise((resolve) => {
    guard.lookup("hooks.example", { all }, (error, address, family) => resolve({ error, address, family }));
  });
}

describe("what the URL alone tells", () => {
  const guard = createAddressGuard({ allowPrivate: false, lookup: unasked });

  test.each([
    ["another protocol", "ftp://hooks.example/", /"ftp:" is not allowed; only http: and https:/],
    ["a file", "file:///etc/passwd", /"file:" is not allowed/],
    ["a user name", "https://me@hooks.example/", /user name or password/],
    ["a password", "https://:hunter2@hooks.example/", /user name or password/],
    ["port 0", "http://hooks.example:0/", /port 0 is not allowed/],
    ["a trailing dot", "https://hooks.example./", /end in a dot/],
    ["localhost", "http://localhost:3000/", /"localhost" is not public/],
    ["a name below localhost", "http://api.localhost/", /"api.localhost" is not public/],
    ["loopback", "http://127.0.0.1/", /"127.0.0.1" is not public/],
    ["a decimal address", "http://2130706433/", /"127.0.0.1" is not public/],
    ["an octal address", "http://0177.0.0.1/", /"127.0.0.1" is not public/],
    ["a hexadecimal address", "http://0x7f.1/", /"127.0.0.1" is not public/],
    ["a full-width address", "http://１２７.０.０.１/", /"127.0.0.1" is not public/],
    ["cloud metadata", "http://169.254.169.254/latest/", /"169.254.169.254" is not public/],
    ["IPv6 loopback", "http://[::1]:8080/", /"::1" is not public/],
    ["an IPv4-mapped address", "http://[::ffff:127.0.0.1]/", /"::ffff:7f00:1" is not public/],
  ])("%s is refused without asking DNS", async (_, text, reason) => {
    expect(guard.inspect(new URL(text))).toMatch(reason);
    expect(await guard.check(new URL(text))).toMatch(reason);
  });

  test.each(["https://1.1.1.1/", "https://[2606:4700::1111]/hook"])("%s is let through", async (text) => {
    expect(await guard.check(new URL(text))).toBeUndefined();
  });

  test("a refusal repeats no password", () => {
    expect(guard.inspect(new URL("https://:hunter2@hooks.example/"))).not.toContain("hunter2");
  });
});

describe("what a host resolves to", () => {
  const url = new URL("https://hooks.example/in");

  test("public addresses are let through", async () => {
    expect(await guardAnswering([publicV4, publicV6]).check(url)).toBeUndefined();
  });

  test("a private address is refused and not told", async () => {
    const reason = await guardAnswering([privateV4]).check(url);
    expect(reason).toMatch(/"hooks.example" has an address that is not public; .*WEBHOOK_ALLOW_PRIVATE/);
    expect(reason).not.toContain(privateV4.address);
  });

  test("one private address among public ones refuses them all", async () => {
    expect(await guardAnswering([publicV4, privateV4]).check(url)).toMatch(/not public/);
  });

  const failing = (code: string): ResolveHost => {
    return () => Promise.reject(Object.assign(new Error(`getaddrinfo ${code}`), { code }));
  };

  test("a host that does not exist is refused", async () => {
    const guard = createAddressGuard({ allowPrivate: false, lookup: failing("ENOTFOUND") });
    expect(await guard.check(url)).toBe('the host "hooks.example" does not exist');
  });

  test.each<[string, ResolveHost]>([
    ["is out of order", failing("EAI_AGAIN")],
    ["fails", failing("ESERVFAIL")],
    ["gives no address", async () => []],
    ["never answers", () => new Promise(() => {})],
  ])("a host is let through when DNS %s: the connection's lookup judges it again", async (_, lookup) => {
    const guard = createAddressGuard({ allowPrivate: false, lookup, deadlineMs: 20 });
    expect(await guard.check(url)).toBeUndefined();
  });
});

describe("the lookup of a connection", () => {
  test("gives the addresses it has judged", async () => {
    const guard = guardAnswering([publicV6, publicV4]);
    expect(await connectLookup(guard, true)).toMatchObject({ error: null, address: [publicV6, publicV4] });
    expect(await connectLookup(guard, false)).toEqual({ error: null, ...publicV6 });
  });

  test("refuses a name that was public for the check and is private now", async () => {
    const guard = guardAnswering([publicV4], [{ address: "127.0.0.1", family: 4 }]);
    expect(await guard.check(new URL("https://hooks.example/"))).toBeUndefined();
    expect((await connectLookup(guard, true)).error).toBeInstanceOf(AddressRefused);
  });

  test("refuses public and private addresses together", async () => {
    expect((await connectLookup(guardAnswering([publicV4, privateV4]), true)).error).toBeInstanceOf(AddressRefused);
  });

  test("passes on the error of DNS, which is worth another attempt", async () => {
    const guard = createAddressGuard({ allowPrivate: false, lookup: unasked });
    expect((await connectLookup(guard, true)).error?.message).toBe("DNS was asked for hooks.example");
  });
});

describe("with private addresses allowed", () => {
  const guard = createAddressGuard({ allowPrivate: true });

  test.each(["http://127.0.0.1:8188/", "http://[::1]/", "http://localhost:3000/"])(
    "%s is let through",
    async (text) => {
      expect(await guard.check(new URL(text))).toBeUndefined();
    },
  );

  test("a malformed URL is still refused", async () => {
    expect(await guard.check(new URL("http://me@127.0.0.1/"))).toMatch(/user name/);
  });
});

test("lets our own receiver be called, by its address, and nothing else of this machine", async () => {
  const guard = createAddressGuard({ allowPrivate: false, own: "http://127.0.0.1:4000", lookup: unasked });
  expect(await guard.check(new URL("http://127.0.0.1:4000/hook"))).toBeUndefined();
  for (const other of [
    "http://127.0.0.1:4001/",
    "https://127.0.0.1:4000/",
    "http://127.0.0.2:4000/",
    "http://127.0.0.1/",
  ])
    expect(await guard.check(new URL(other))).toContain("not public");
});
