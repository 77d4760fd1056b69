import { loadWindowSeconds } from "../app/catalogue/scrape.ts";
import { signals } from "../app/catalogue/signals.ts";
import * as promql from "../app/telemetry/promql.ts";
import type { DashboardSpec } from "./dashboard.ts";
import { loadPanels } from "./load-panels.ts";
import { chosen } from "./variable.ts";

const ofRun = { testid: chosen("run") };

const collections = (kind?: "major") =>
  promql.rate("v8js_gc_duration", loadWindowSeconds, {
    ...(kind !== undefined && { where: { v8js_gc_type: kind } }),
    by: ["instance"],
  });

/** A run of k6, and what it did to the service. */
export const load: DashboardSpec<"load"> = {
  description: "What k6 measured, over what the service says of itself: npm run k6 -- load --prometheus <its address>.",
  span: "1h",
  refresh: "5s",
  variables: ["run"],
  panels: {
    ...loadPanels,
    virtualUsers: {
      view: "timeseries",
      title: "Virtual users",
      description: "At work, and made ready. All at work: k6 drops iterations next.",
      width: 12,
      unit: signals.k6_vus.unit,
      queries: [
        { promql: promql.total("k6_vus", { where: ofRun }), legend: "at work" },
        { promql: promql.total("k6_vus_max", { where: ofRun }), legend: "made ready" },
      ],
      range: { min: 0 },
    },
    memory: {
      view: "timeseries",
      title: "Memory of the service",
      description:
        "What each process holds, the heap's part of it, and what of the heap is in use. All climb under load until V8 collects; look at the floors.",
      width: 12,
      unit: signals["process.memory.usage"].unit,
      queries: [
        { promql: promql.series("process.memory.usage"), legend: "{{instance}}" },
        {
          promql: promql.total("v8js_memory_heap_space_physical_size", { by: ["instance"] }),
          legend: "{{instance}} heap",
        },
        { promql: promql.total("v8js_memory_heap_used", { by: ["instance"] }), legend: "{{instance}} heap in use" },
      ],
      range: { min: 0 },
    },
    fullCollections: {
      view: "timeseries",
      title: "Full garbage collections",
      description: "Each ends at a floor of the heap. Ever more of them, and the heap does not come down: it is full.",
      width: 8,
      unit: "{collection}/min",
      queries: [
        { promql: promql.times(promql.orZero(collections("major"), collections()), 60), legend: "{{instance}}" },
      ],
      range: { min: 0 },
    },
    descriptors: {
      view: "timeseries",
      title: "Open file descriptors",
      description: "By process: files, sockets and pipes. They must come down again when the load ends.",
      width: 8,
      unit: signals["process.unix.file_descriptors"].unit,
      queries: [{ promql: promql.series("process.unix.file_descriptors"), legend: "{{instance}}" }],
      range: { min: 0 },
    },
    resources: {
      view: "timeseries",
      title: "What Node holds open",
      description:
        "Sockets, servers, timers and the like, all processes together. One kind that only climbs is a leak.",
      width: 8,
      unit: signals.v8js_resource_active.unit,
      queries: [
        {
          promql: promql.total("v8js_resource_active", { by: ["v8js_resource_type"] }),
          legend: "{{v8js_resource_type}}",
        },
      ],
      range: { min: 0 },
    },
  },
};
