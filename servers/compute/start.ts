import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openCompute } from "./open-compute.ts";

await serveReferenceServer(() => openCompute(process.env), 8002);
