import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * For tests of types: what the compiler says of a file, nothing when all is well. Each `@ts-expect-error` in it that does
 * not come is a complaint.
 */
export async function typeCheck(fileUrl: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gozcu-types-"));
  try {
    const project = join(folder, "tsconfig.json");
    const settings = {
      extends: join(root, "tsconfig.json"),
      compilerOptions: { typeRoots: [join(root, "node_modules/@types")] },
      include: [],
      files: [fileURLToPath(fileUrl)],
    };
    await writeFile(project, JSON.stringify(settings));
    return await promisify(execFile)(join(root, "node_modules/.bin/tsc"), ["--project", project]).then(
      ({ stdout }) => stdout,
      ({ stdout }: { readonly stdout: string }) => stdout,
    );
  } finally {
    await rm(folder, { recursive: true });
  }
}
