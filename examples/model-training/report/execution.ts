/** What is looked at here of an execution, as `tutti executions show --metrics --json` prints it. */
export interface Execution {
  readonly execution_id: string;
  readonly outcome?: string | null;
  readonly started_at?: string;
  readonly ended_at?: string | null;
  readonly inputs?: Readonly<Record<string, unknown>>;
  readonly steps?: readonly Step[];
  readonly metrics?: Readonly<Record<string, unknown>>;
}

export interface Step {
  readonly id: string;
  readonly status: string;
  readonly phase?: string;
  readonly server?: string | null;
  readonly tool?: string | null;
  readonly attempts?: number;
  readonly started_at?: string | null;
  readonly completed_at?: string | null;
  readonly output?: unknown;
  readonly compensation?: string | null;
}

/** The part of an output at a path of keys and places. Undefined where there is nothing. */
export function partOf(value: unknown, ...path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((part, key) => (typeof part === "object" && part !== null ? Reflect.get(part, key) : undefined), value);
}

/** The same, when it is a number. */
export function numberIn(value: unknown, ...path: readonly (string | number)[]): number | undefined {
  const part = partOf(value, ...path);
  return typeof part === "number" ? part : undefined;
}
