import type { Path, Problem } from "../model/problem.ts";
import type { ServerCatalog } from "../model/tool.ts";

/** What is wrong with a use of a server that is not what the configuration demands; undefined when it may be used. */
export function checkSecurity({ faults = [] }: ServerCatalog, path: Path): Problem | undefined {
  if (faults.length === 0) return undefined;
  return { code: "insecure-server", severity: "error", message: faults.join("; "), path };
}
