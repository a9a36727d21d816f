/** `node start.ts release`: an MCP server over stdio. */
import { serveOneOf } from "../../sqlite-service/serve-service.ts";
import { releaseService } from "./release-service.ts";

await serveOneOf({ release: releaseService }, process.argv[2]);
