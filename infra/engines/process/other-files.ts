import type { Files } from "../../topology/service.ts";
import type { MonitorTopology } from "./monitor-topology.ts";
import type { MonitorName } from "./monitors.ts";

/** For tests: a topology in which one program is given other files too, or instead. */
export function giveOtherFiles(topology: MonitorTopology, name: MonitorName, files: Files): MonitorTopology {
  return {
    ...topology,
    define: (found) =>
      topology.define(found).map((service) => ({
        ...service,
        run(at, place) {
          const run = service.run(at, place);
          return service.name === name ? { ...run, liveFiles: { ...run.liveFiles, ...files } } : run;
        },
      })),
  };
}
