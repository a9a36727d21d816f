import type { Clock } from "../base/clock.ts";
import type { Elicitor } from "../ports/elicitation.ts";
import type { LoginAssistant, ServerLogins } from "../ports/server-logins.ts";
import type { LoadTls } from "./connection-tls.ts";
import type { ServerLog } from "./server-log.ts";

/** What a connection to one server is given. */
export interface SessionPorts {
  /** The name of the server. */
  readonly server: string;
  readonly clock: Clock;
  readonly elicitor: Elicitor;
  readonly log: ServerLog;
  /** For connections over a network. */
  readonly tls: LoadTls;
  /** For servers that are configured with OAuth. */
  readonly logins?: ServerLogins | undefined;
  readonly assistant?: LoginAssistant | undefined;
  /** The version of Tutti, which servers are told. */
  readonly clientVersion: string;
}
