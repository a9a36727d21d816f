/** What a URI of ours names. */
export interface ResourceRef {
  readonly kind: "workflow" | "execution" | "journal";
  readonly id: string;
}

const WORKFLOW = /^tutti:\/\/workflows\/([a-z0-9][a-z0-9_-]{0,99})$/;
const EXECUTION = /^tutti:\/\/executions\/([\w.-]{1,200})(\/journal)?$/;

/** Undefined for every URI that is none of ours. */
export function readResourceUri(uri: string): ResourceRef | undefined {
  const workflow = WORKFLOW.exec(uri)?.[1];
  if (workflow !== undefined) return { kind: "workflow", id: workflow };
  const [, execution, journal] = EXECUTION.exec(uri) ?? [];
  return execution === undefined ? undefined : { kind: journal === undefined ? "execution" : "journal", id: execution };
}
