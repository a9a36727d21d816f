import { nearest } from "../base/nearest.ts";
import { TuttiError } from "./errors.ts";

/** The refusal for a name that no server has, with the one that was probably meant. */
export function serverNotFound(server: string, names: Iterable<string>): TuttiError<"server.not-found"> {
  const meant = nearest(server, names);
  const hint = meant === undefined ? "" : ` - did you mean "${meant}"?`;
  return new TuttiError("server.not-found", `no server has the name "${server}"${hint}`, { server });
}
