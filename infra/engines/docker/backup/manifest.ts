import { z } from "zod";
import { type PartName, partFiles, partNames } from "./parts.ts";

/** Of the archive; another number whenever an older version could not read it. */
export const formatVersion = 1;

export const manifestFile = "manifest.json";

const PartSchema = z
  .strictObject({
    service: z.enum(partNames),
    file: z.string(),
    bytes: z.int().nonnegative(),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    counts: z.record(z.string(), z.int().nonnegative()),
  })
  .refine(({ service, file }) => file === partFiles[service], "is not the file of its service");

const FormatSchema = z.object({ format: z.int() });

const ManifestSchema = z.strictObject({
  format: z.literal(formatVersion),
  stack: z.string().min(1),
  createdAt: z.iso.datetime(),
  gozcu: z.string().min(1),
  /** By service. */
  images: z.partialRecord(z.enum(partNames), z.string()),
  parts: z
    .array(PartSchema)
    .nonempty()
    .refine((parts) => new Set(parts.map(({ file }) => file)).size === parts.length, "names a part twice"),
});

/** What a backup holds, as it says itself. */
export type Manifest = z.infer<typeof ManifestSchema>;
export type ManifestPart = Manifest["parts"][number];
/** How much of what is in a part, such as jobs and files. */
export type Counts = Readonly<Record<string, number>>;

function parse<T>(schema: z.ZodType<T>, data: unknown): T {
  const { data: read, error } = schema.safeParse(data);
  if (error !== undefined) throw new Error(z.prettifyError(error), { cause: error });
  return read as T;
}

/** @throws Error saying what is wrong with it. */
export function readManifest(text: string): Manifest {
  const data: unknown = JSON.parse(text);
  const { format } = parse(FormatSchema, data);
  if (format !== formatVersion)
    throw new Error(`it is of format ${format}, and this version of Gözcü reads format ${formatVersion}`);
  return parse(ManifestSchema, data);
}

/** `5 pending, 140 completed`; what there is none of is left out. */
export function renderCounts(counts: Counts): string {
  const some = Object.entries(counts).filter(([, count]) => count > 0);
  return some.length === 0 ? "empty" : some.map(([name, count]) => `${count} ${name}`).join(", ");
}

/** @throws Error when a part holds something else than was saved. */
export function compareCounts(service: PartName, saved: Counts, found: Counts): void {
  const names = Object.keys({ ...saved, ...found });
  if (names.every((name) => saved[name] === found[name])) return;
  throw new Error(`${service} holds ${renderCounts(found)} after unpacking, where ${renderCounts(saved)} were saved`);
}

/** `gozcu-mine-2026-11-23T21-30-00Z.tar.gz`. A colon would be a drive or a host to some programs. */
export function archiveName(stack: string, date: Date): string {
  const second = date.toISOString().slice(0, 19).replaceAll(":", "-");
  return `gozcu-${stack}-${second}Z.tar.gz`;
}
