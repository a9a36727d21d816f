import type { Resources } from "../model/workflow.ts";
import { recordOf } from "./collection-types.ts";
import { numberIn, size } from "./scalar-types.ts";
import { shape } from "./shape.ts";
import type { Shape } from "./shape.ts";
import type { ValueType } from "./value-type.ts";

/** What a step occupies, and what a server has of it. */
export const resourcesShape: Shape<Resources> = shape<Resources>("resources", {
  gpu: { key: "gpu", type: numberIn({ min: 0, max: 10_000 }), about: "graphics processors" },
  gpuMemoryBytes: { key: "gpu_memory", type: size, about: 'memory of graphics processors, such as "24GB"' },
  memoryBytes: { key: "memory", type: size, about: 'memory, such as "32GB"' },
  cpu: { key: "cpu", type: numberIn({ min: 0, max: 100_000, fractions: true }), about: "processor cores" },
  apiCalls: { key: "api_calls", type: numberIn({ min: 0, max: 1e9 }), about: "calls of limited interfaces" },
  concurrentJobs: { key: "concurrent_jobs", type: numberIn({ min: 0, max: 1e6 }), about: "places in a queue of jobs" },
});

/** How much of what servers share, by name: what there is of it, and what a step occupies. */
export const sharedAmounts: ValueType<Readonly<Record<string, number>>> = recordOf(numberIn({ min: 1, max: 1e6 }), {
  most: 100,
  key: /^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/,
  keyShaped: 'what is shared has a name of 1 to 100 letters, digits, "_" and "-" that begins with a letter or digit',
});
