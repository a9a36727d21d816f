import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { openNotification } from "./open-notification.ts";

await serveReferenceServer(() => openNotification(process.env), 8006);
