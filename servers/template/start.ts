import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openTemplate } from "./open-template.ts";

await serveReferenceServer(() => openTemplate(process.env), 3002);
