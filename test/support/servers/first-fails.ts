/**
 * One replica of a server whose replicas share a folder: `first-fails.ts NAME`. Whichever of them gets the first call with
 * a `first` does not answer it as it should: `die` ends the process as SIGKILL does, `hang` leaves the call alone. With
 * `only` just that replica does so, each time. What came and what was done is in the files `came` and `done` of the folder.
 */
import { appendFileSync, closeSync, openSync } from "node:fs";
import { answer, type Params, serveLines, tool } from "./line-server.ts";

const name = process.argv[2] ?? "";

serveLines({
  tools: [
    tool("look", { annotations: { readOnlyHint: true } }),
    tool("put", { annotations: { readOnlyHint: false, idempotentHint: true } }),
    tool("act", { annotations: { readOnlyHint: false } }),
    tool("echo"),
  ],
  call: (id, params) => {
    const { arguments: given = {} } = params;
    appendFileSync("came", `${params.name} ${name}\n`);
    if (misbehaves(params)) {
      if (given["first"] === "die") process.kill(process.pid, "SIGKILL");
      return;
    }
    appendFileSync("done", `${params.name} ${name}\n`);
    answer(id, { content: [], structuredContent: { replica: name } });
  },
});

function misbehaves({ name: called = "", arguments: given = {} }: Params): boolean {
  const how = given["first"];
  if (typeof how !== "string") return false;
  if (given["only"] !== undefined) return given["only"] === name;
  try {
    closeSync(openSync(`${called}.${how}`, "wx"));
    return true;
  } catch {
    return false;
  }
}
