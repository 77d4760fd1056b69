import { describe, expect, test } from "@jest/globals";
import { readBackupCommand, readRestoreCommand, UsageError } from "./command.ts";

describe("the backup command", () => {
  test("saves to a folder of its own unless told otherwise", () => {
    expect(readBackupCommand([])).toEqual({ help: false, folder: "backups" });
    expect(readBackupCommand(["--to", "/mnt/disk"])).toEqual({ help: false, folder: "/mnt/disk" });
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
    expect(readRestoreCommand(["a.tar.gz"])).toEqual({ help: false, archive: "a.tar.gz", yes: false });
    expect(readRestoreCommand(["--yes", "a.tar.gz"])).toEqual({ help: false, archive: "a.tar.gz", yes: true });
  });

  test.each([[[]], [["a", "b"]], [["a", "--force"]]])("does not take %j", (args) => {
    expect(() => readRestoreCommand(args)).toThrow(UsageError);
  });

  test("explains itself whatever else stands there", () => {
    expect(readRestoreCommand(["--help"])).toEqual({ help: true });
    expect(readBackupCommand(["--to", "x", "--help"])).toEqual({ help: true });
  });
});
