import { describe, expect, test } from "@jest/globals";
import { readBackupCommand, readRestoreCommand, UsageError } from "./command.ts";

describe("the backup command", () => {
  test("saves to a folder of its own unless told otherwise", () => {
    expect(readBackupCommand([])).toEqual({ help: false, folder: "backups", json: false });
    const told = { help: false, folder: "/mnt/disk", json: true };
    expect(readBackupCommand(["--to", "/mnt/disk", "--json"])).toEqual(told);
  });

  test.each([[["--at", "x"]], [["/mnt/disk"]], [["--to", " "]], [["--to"]]])("does not take %j", (args) => {
    expect(() => readBackupCommand(args)).toThrow(UsageError);
  });

  test("guesses what npm has taken for itself", () => {
    expect(() => readBackupCommand(["/mnt/disk"])).toThrow(/did you leave out the -- after npm run backup\?/);
  });
});

describe("the restore command", () => {
  test("takes one archive", () => {
    const asked = { help: false, archive: "a.tar.gz", yes: false, json: false };
    expect(readRestoreCommand(["a.tar.gz"])).toEqual(asked);
    expect(readRestoreCommand(["--yes", "a.tar.gz", "--json"])).toEqual({ ...asked, yes: true, json: true });
  });

  test.each([[[]], [["a", "b"]], [["a", "--force"]]])("does not take %j", (args) => {
    expect(() => readRestoreCommand(args)).toThrow(UsageError);
  });

  test("explains itself whatever else stands there", () => {
    expect(readRestoreCommand(["--help"])).toEqual({ help: true });
    expect(readBackupCommand(["--to", "x", "--help"])).toEqual({ help: true });
  });
});
