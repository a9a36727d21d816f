import { expect, test } from "vitest";
import { resourceWords } from "./resource-words.ts";

test.each([
  ["gpu", 2, "gpu", "2"],
  ["cpu", 0.5, "cpu", "0.5"],
  ["gpuMemoryBytes", 24e9, "gpu_memory", "24 GB"],
  ["memory_bytes", 1_500, "memory", "1.5 kB"],
  ["concurrentJobs", 8, "concurrent_jobs", "8"],
  ["places", 5, "places", "5"],
])("%s %d is written %s: %s", (name, amount, key, words) => {
  expect(resourceWords(name, amount)).toEqual({ key, amount: words });
});
