import { mkdir, rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { errorMessage } from "../../app/error-message.ts";
import type { Client } from "./client.ts";
import { Failure } from "./failure.ts";
import type { JobAnswer } from "./job-view.ts";

const endings: Readonly<Record<string, string>> = {
  "image/png": "png",
  "image/jpeg": "jpg",
  "image/webp": "webp",
  "image/gif": "gif",
  "image/avif": "avif",
};

/**
 * Writes the pictures of a job into a folder, which is made where it is missing, as `<id>-<n>.png`. Each appears whole or
 * not at all.
 * @returns where they are
 * @throws Failure when one cannot be written.
 */
export async function savePictures(job: JobAnswer, folder: string, client: Client): Promise<readonly string[]> {
  const files: string[] = [];
  for (const n of job.images.keys()) {
    const { bytes, contentType } = await client.fetchImage(job.id, n);
    const file = join(folder, `${job.id}-${n}.${endings[contentType.split(";", 1)[0] ?? ""] ?? "bin"}`);
    try {
      await mkdir(folder, { recursive: true });
      await writeFile(`${file}.part`, bytes);
      await rename(`${file}.part`, file);
    } catch (cause) {
      throw new Failure("noOutput", `the picture cannot be saved as ${file}: ${errorMessage(cause)}`, { cause });
    }
    files.push(file);
  }
  return files;
}
