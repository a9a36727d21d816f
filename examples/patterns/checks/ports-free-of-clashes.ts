import { readFileSync } from "node:fs";

const services = JSON.parse(readFileSync("services.json", "utf8")) as Record<string, number>;

const used = Object.values(services);
const clashes = used.filter((port, place) => used.indexOf(port) < place);
for (const port of clashes) console.log(`two services use port ${port}`);
process.exitCode = clashes.length === 0 ? 0 : 1;
