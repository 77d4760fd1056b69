import { describe, expect, test } from "@jest/globals";
import { readAddress } from "./address.ts";
import { readServiceSettings } from "./service-settings.ts";

const read = (option: string | undefined, env: Readonly<Record<string, string>> = {}) =>
  readAddress(option, readServiceSettings(env, "/srv/gozcu"));

describe("where the service is", () => {
  test.each([
    [{}, "http://127.0.0.1:3000"],
    [{ PORT: "8080", HOST: "0.0.0.0" }, "http://127.0.0.1:8080"],
    [{ HOST: "::" }, "http://[::1]:3000"],
    [{ HOST: "fd00::1" }, "http://[fd00::1]:3000"],
    [{ HOST: "gozcu.lan" }, "http://gozcu.lan:3000"],
    [{ PUBLIC_URL: "https://gozcu.example.com/", PORT: "8080" }, "https://gozcu.example.com"],
  ])("is where its settings %j say, unless told", (env, url) => {
    expect(read(undefined, env)).toEqual({ url, own: true });
  });

  test.each([
    ["http://127.0.0.1:4000/", "http://127.0.0.1:4000", true],
    ["http://localhost:4000", "http://localhost:4000", true],
    ["http://[::1]:4000", "http://[::1]:4000", true],
    ["https://gozcu.example.com", "https://gozcu.example.com", true],
    ["https://elsewhere.example/gozcu/?x=1#y", "https://elsewhere.example/gozcu", false],
    ["http://127.0.0.1.elsewhere.example", "http://127.0.0.1.elsewhere.example", false],
  ])("is at %s, which is ours or not", (option, url, own) => {
    expect(read(option, { PUBLIC_URL: "https://gozcu.example.com" })).toEqual({ url, own });
  });

  test.each([
    ["elsewhere", {}, /--url "elsewhere" is no address: write it like http:\/\/127/],
    ["ftp://elsewhere", {}, /is no address/],
    ["http://me:secret@elsewhere", {}, /^--url must not carry a user name or a password$/],
    [undefined, { PORT: "0" }, /PORT=0 .*--url/],
  ])("%s with %j is refused", (option, env, reason) => {
    expect(() => read(option, env)).toThrow(reason);
  });

  test("is not guessed from settings that do not fit; all of them are told, secrets are not", () => {
    expect(() => read(undefined, { PORT: "http", PUBLIC_URL: "here", API_KEYS: "short" })).toThrow(
      /PORT must be.*\n.*PUBLIC_URL must be.*\n.*API_KEYS each key must have 16 characters or more$/,
    );
  });

  test("is asked with the data folder that npm start uses, wherever we are", () => {
    expect(readServiceSettings({}, "/srv/gozcu").DATA_DIR).toBe("/srv/gozcu/.gozcu");
    expect(readServiceSettings({ DATA_DIR: "/data" }, "/srv/gozcu").DATA_DIR).toBe("/data");
  });
});
