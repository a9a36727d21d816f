import { serveReferenceServer } from "../kit/serve-reference-server.ts";
import { printSecretHash } from "./hash-secret.ts";
import { openSecurity } from "./open-security.ts";

if (process.argv[2] === "hash-secret") await printSecretHash();
else await serveReferenceServer(() => openSecurity(process.env), 8005);
