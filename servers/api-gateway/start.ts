import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openApiGateway } from "./open-api-gateway.ts";

await serveReferenceServer(() => openApiGateway(process.env), 3006);
