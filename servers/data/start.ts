import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openData } from "./open-data.ts";

await serveReferenceServer(() => openData(process.env), 8001);
