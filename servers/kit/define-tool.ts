import type { ToolProgress } from "tutti/server";
import type * as z from "zod";

/**
 * What a tool does to the world: `reads` changes nothing; `repeatable` may be done twice with the same end also without
 * an idempotency key; `changes` acts once for every key, and once for every call that has none.
 */
export type Effect = "reads" | "repeatable" | "changes";

/** For whom a tool works, and what is known of the call. All of it comes from beside the arguments. */
export interface ToolScope {
  /** Whose rows and files these are. `default` for callers that send no envelope. */
  readonly tenant: string;
  /** Who asked, when the envelope says so. */
  readonly user?: string;
  /** 32 hexadecimal digits. */
  readonly traceId?: string;
  /** The same for all attempts of a call: `tenant/tool/key`. */
  readonly key?: string;
  readonly signal: AbortSignal;
  readonly now: Date;
  readonly progress: (progress: ToolProgress) => void;
  /**
   * Changes the state of the server in one transaction in which the answer is remembered too, so that the call is done
   * and known to be done, or neither. At most once in a call, synchronously, and what it gives is the answer.
   */
  readonly once: <Answer>(work: () => Answer) => Answer;
}

/** A tool as `referenceServer` takes it. */
export interface ToolPlan {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly effect: Effect;
  readonly destructive: boolean;
  readonly openWorld: boolean;
  readonly keepsAnswer: boolean;
  readonly input: z.ZodObject;
  readonly output: z.ZodObject;
  readonly run: (parameters: unknown, scope: ToolScope) => unknown;
  readonly again?: (answer: unknown, parameters: unknown, scope: WaitingScope) => unknown;
}

/** What is known of a call that has been done. */
export type WaitingScope = Omit<ToolScope, "once">;

interface ToolDefinition<Input extends z.ZodObject, Output extends z.ZodObject> {
  readonly name: string;
  readonly title: string;
  /** For language models: when to use it, and what it gives. */
  readonly description: string;
  readonly effect: Effect;
  /** Whether it can take away what is there. Default false. */
  readonly destructive?: boolean;
  /** Whether it reaches beyond this machine and its files. Default false. */
  readonly openWorld?: boolean;
  /**
   * Whether the answer is remembered for the key of a call. Default true; false where answers hold secrets, which are
   * nothing for a file: then doing it again must be harmless.
   */
  readonly keepsAnswer?: boolean;
  /** A strict object; every property has a description. */
  readonly input: Input;
  readonly output: Output;
  /**
   * Does the work. Throws a `ToolError` to say no, and has then changed nothing. Of a tool that changes something, what it
   * gives is remembered for the key of the call, unless `scope.once` has done that.
   */
  readonly run: (parameters: z.output<Input>, scope: ToolScope) => z.input<Output> | Promise<z.input<Output>>;
  /**
   * For a tool that, when it has done its work, waits for what comes of it: what to say to a call that comes again, whose
   * remembered answer is from before. Changes nothing. Default: the remembered answer.
   */
  readonly again?: (answer: z.output<Output>, parameters: z.output<Input>, scope: WaitingScope) => Promise<z.input<Output>>;
}

/** Defines a tool whose code sees its arguments with their types. */
export function defineTool<Input extends z.ZodObject, Output extends z.ZodObject>(definition: ToolDefinition<Input, Output>): ToolPlan {
  const { destructive = false, openWorld = false, keepsAnswer = true, run, again, ...rest } = definition;
  const plan = { ...rest, destructive, openWorld, keepsAnswer };
  // The envelope tool has checked the arguments against the schema of the input, so they are of its type; answers are our own.
  return {
    ...plan,
    run: (parameters, scope) => run(parameters as z.output<Input>, scope),
    ...(again === undefined
      ? {}
      : { again: (answer, parameters, scope) => again(answer as z.output<Output>, parameters as z.output<Input>, scope) }),
  };
}
