import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { z } from "zod";
import type { readProvisioning } from "./provisioning.ts";

const DashboardSchema = z.looseObject({
  uid: z.string().min(1),
  title: z.string().min(1),
  panels: z.array(z.looseObject({ type: z.string() })),
});

type Provider = ReturnType<typeof readProvisioning>["providers"][number];

export interface LoadedDashboard {
  readonly folderTitle: string;
  readonly dashboard: z.infer<typeof DashboardSchema>;
}

async function readDashboards({ folder, options }: Provider): Promise<readonly LoadedDashboard[]> {
  const names = (await readdir(options.path)).filter((name) => name.endsWith(".json"));
  return Promise.all(
    names.sort().map(async (name) => ({
      folderTitle: folder,
      dashboard: DashboardSchema.parse(JSON.parse(await readFile(join(options.path, name), "utf8"))),
    })),
  );
}

/** The dashboards that the providers' folders hold now, by uid. */
export async function loadDashboards(providers: readonly Provider[]): Promise<ReadonlyMap<string, LoadedDashboard>> {
  const loaded = await Promise.all(providers.map(readDashboards));
  return new Map(loaded.flat().map((one) => [one.dashboard.uid, one]));
}
