/** `node start.ts payment_service`: an MCP server over stdio. */
import { serveService } from "../../sqlite-service/serve-service.ts";
import { services } from "./services.ts";

const [name = ""] = process.argv.slice(2);
const service = services[name];
if (service === undefined) throw new Error(`there is no service "${name}": ${Object.keys(services).join(", ")}`);
await serveService(name, service);
