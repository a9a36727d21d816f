import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openStorage } from "./open-storage.ts";

await serveReferenceServer(() => openStorage(process.env), 8003);
