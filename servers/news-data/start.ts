import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openNewsData } from "./open-news-data.ts";

await serveReferenceServer(() => openNewsData(process.env), 3001);
