import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openWorkflow } from "./open-workflow.ts";

await serveReferenceServer(() => openWorkflow(process.env), 3005);
// Calls that did not end in time hold the process no longer: they are in the journal, and the next process goes on with them.
process.exit();
