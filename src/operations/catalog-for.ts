import type { Catalog } from "../model/tool.ts";
import type { CatalogSource } from "../ports/catalog.ts";
import { namedTool } from "./named-tool.ts";

/** What the servers of these tools have now. @throws TuttiError `server.unavailable` */
export async function catalogFor(tools: readonly string[], catalogs: CatalogSource, signal: AbortSignal): Promise<Catalog> {
  return await catalogs.catalog([...new Set(tools.map((name) => namedTool(name).server))].sort(), signal);
}
