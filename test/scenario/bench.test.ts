import { spawnSync } from "node:child_process";
import { expect, test } from "vitest";
import { inRepository } from "../support/built-command.ts";

function bench(...names: readonly string[]): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  return spawnSync(process.execPath, [inRepository("bench/run.ts"), ...names], { encoding: "utf8" });
}

test("a bench prints each figure as one line of JSON, with the floor that was measured beside it", () => {
  const { status, stdout, stderr } = bench("one-call");
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const lines = stdout.trimEnd().split("\n");
  expect(lines).toHaveLength(1);
  const figure = JSON.parse(lines[0] ?? "") as Readonly<Record<string, unknown>>;
  expect(figure).toEqual({
    name: "one-call",
    value: expect.any(Number),
    unit: "us",
    floor: expect.any(Number),
    ratio: expect.any(Number),
    node: process.version,
    rounds: expect.any(Number),
  });
  expect(figure["ratio"]).toBeCloseTo(Number(figure["value"]) / Number(figure["floor"]), 2);
});

test("a bench that does not exist is refused with the names of those that do", () => {
  const { status, stdout, stderr } = bench("one-cal");
  expect({ status, stdout }).toEqual({ status: 64, stdout: "" });
  expect(stderr).toMatch(/^there is no bench "one-cal"; there are: .*one-call/);
});
