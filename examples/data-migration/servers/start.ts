/** `node start.ts source_service`: an MCP server over stdio. */
import { serveOneOf } from "../../sqlite-service/serve-service.ts";
import { services } from "./services.ts";

await serveOneOf(services, process.argv[2]);
