// Run as a process of its own: node storing-process.ts DIRECTORY WRITERS
// Owns the directory, says "ready", and lets so many callers create and execute workflows at once, each with a request key of its
// own. Says "created ID" and "started ID EXECUTION" for whatever is acknowledged, until it is killed. What an earlier process was
// asked last may have been answered or not, so it is asked again: numbers go on from the newest workflow that is there.
import { createWorkflow } from "../../src/contract/create-workflow.ts";
import { executeWorkflow } from "../../src/contract/execute-workflow.ts";
import { listWorkflows } from "../../src/contract/list-workflows.ts";
import { openPlainOwner } from "./plain-owner.ts";

const [directory = "", writers = "0"] = process.argv.slice(2);
const owner = await openPlainOwner(directory);
const { signal } = new AbortController();
const { workflows } = await owner.operations.call(listWorkflows, { limit: 1_000 }, { signal });
console.log("ready");
// Ends with the process that started this one, in whatever way that goes.
process.stdin.resume().on("end", () => process.exit());

async function storeForEver(writer: number): Promise<void> {
  const own = workflows.filter(({ workflowId }) => workflowId.startsWith(`w${writer}-`)).length;
  for (let number = Math.max(0, own - 1); ; number += 1) {
    const workflowId = `w${writer}-${String(number).padStart(5, "0")}`;
    const definition = { id: workflowId, steps: [{ id: "a", value: number }] };
    await owner.operations.call(createWorkflow, { definition, requestKey: `create ${workflowId}` }, { signal });
    console.log(`created ${workflowId}`);
    const { executionId } = await owner.operations.call(executeWorkflow, { workflowId, requestKey: `run ${workflowId}` }, { signal });
    console.log(`started ${workflowId} ${executionId}`);
  }
}

await Promise.all(Array.from({ length: Number(writers) }, (_, writer) => storeForEver(writer)));
