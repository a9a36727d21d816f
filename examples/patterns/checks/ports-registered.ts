import { readFileSync } from "node:fs";

const ports = JSON.parse(readFileSync("ports.json", "utf8")) as Record<string, string>;
const services = JSON.parse(readFileSync("services.json", "utf8")) as Record<string, number>;

const strangers = Object.entries(services).filter(([name, port]) => ports[port] !== name);
for (const [name, port] of strangers) console.log(`${name} uses port ${port}, which is registered for ${ports[port] ?? "nobody"}`);
process.exitCode = strangers.length === 0 ? 0 : 1;
