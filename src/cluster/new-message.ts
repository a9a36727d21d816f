import { randomUUID } from "node:crypto";
import type { ClusterMessage, ClusterPayloads, MessageType } from "./cluster-message.ts";

/** What surrounds the payload of a new message. */
export interface MessageAbout {
  readonly from: string;
  /** Default: everybody. */
  readonly to?: readonly string[];
  /** The message that it answers. */
  readonly answers?: string;
  readonly atMs: number;
}

/** A message with an id of its own. */
export function newMessage<Type extends MessageType>(
  messageType: Type,
  payload: ClusterPayloads[Type],
  about: MessageAbout,
): ClusterMessage {
  const { from, to, answers, atMs } = about;
  return {
    messageId: randomUUID(),
    messageType,
    sourceMachine: from,
    ...(to === undefined ? {} : { targetMachines: to }),
    timestampMs: atMs,
    payload,
    ...(answers === undefined ? {} : { correlationId: answers }),
    // The compiler does not see that the type and its payload belong together although both are one type's.
  } as unknown as ClusterMessage;
}
