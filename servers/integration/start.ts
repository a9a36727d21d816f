import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openIntegration } from "./open-integration.ts";

await serveReferenceServer(async () => await openIntegration(process.env), 8004);
