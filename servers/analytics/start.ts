import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openAnalytics } from "./open-analytics.ts";

await serveReferenceServer(() => openAnalytics(process.env), 3004);
