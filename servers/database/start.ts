import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openDatabase } from "./open-database.ts";

await serveReferenceServer(async () => await openDatabase(process.env), 3003);
