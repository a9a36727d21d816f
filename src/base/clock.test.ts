import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

test.each([
  ["{ background: true }", "ended"],
  ["{}", "ended, called"],
])("with %s a process prints %s", (options, printed) => {
  const clock = JSON.stringify(new URL("clock.ts", import.meta.url).href);
  const script = `
    const { systemClock } = await import(${clock});
    const said = ["ended"];
    systemClock.after(100, () => said.push("called"), ${options});
    process.on("exit", () => console.log(said.join(", ")));
  `;
  expect(execFileSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" }).trim()).toBe(printed);
});
