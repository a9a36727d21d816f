import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: "quick",
          include: [
            "src/**/*.test.ts",
            "test/property/**/*.test.ts",
            "test/contract/**/*.test.ts",
            "test/engine/**/*.test.ts",
            "test/tidy.test.ts",
          ],
          testTimeout: 30_000,
        },
      },
      {
        // Real processes, real files: these take the built product, so "npm run build" comes first.
        test: {
          name: "whole",
          include: [
            "test/scenario/**/*.test.ts",
            "test/fault/**/*.test.ts",
            "test/tenant-sql/**/*.test.ts",
            "test/conformance/**/*.test.ts",
            "test/servers/**/*.test.ts",
            "test/examples/**/*.test.ts",
            "servers/**/*.test.ts",
            "examples/runner/**/*.test.ts",
          ],
          testTimeout: 180_000,
          hookTimeout: 60_000,
        },
      },
    ],
  },
});
