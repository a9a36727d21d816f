import type { Clock } from "../base/clock.ts";
import type { JsonObject } from "../base/json.ts";
import type { OperationClient } from "../client/operation-client.ts";
import type { WorkflowSource } from "../contract/workflow-source.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { ToolLock } from "../model/tool-lock.ts";

/** What the commands ask of the program around them. */
export interface CliHost {
  readonly version: string;
  readonly clock: Clock;
  readonly environment: Readonly<Record<string, string | undefined>>;
  readonly workingDirectory: string;
  /** Reads a workflow file, and those of the workflows that it runs. @throws TuttiError `file.unreadable` */
  readWorkflow(file: string): Promise<WorkflowSource>;
  /** Reads a text file, or stdin for `-`. @throws TuttiError `file.unreadable` */
  readText(file: string): Promise<string>;
  /** Reads YAML or JSON. @throws TuttiError `file.unreadable`, `input.invalid` */
  readObject(file: string): Promise<JsonObject>;
  /** Reads the lock of the tools. @throws TuttiError `config.invalid` - it is damaged, or was changed by hand; `file.unreadable` */
  readLock(places: Places): Promise<LockFile>;
  /** Replaces it at once. @throws TuttiError `file.unreadable` */
  writeLock(file: LockFile, lock: ToolLock): Promise<void>;
  /** The problem with its place and the line of the file. */
  formatProblem(problem: LocatedProblem): Promise<string>;
  /** @throws TuttiError `config.invalid`, `file.unreadable` */
  open(request: SessionRequest): Promise<Session>;
  /**
   * Becomes the owner of the data directory, takes up what was interrupted, and answers at a port.
   *
   * @throws TuttiError `usage`, `port.taken`, `port.reserved`, `config.invalid`, `journal.locked`, `journal.unusable`
   */
  serve(request: ServeRequest): Promise<Serving>;
  /**
   * Carries out tasks for a cluster until the signal aborts.
   *
   * @throws TuttiError `usage`, `config.invalid`, `journal.unusable`
   */
  machine(request: MachineRequest): Promise<void>;
  /** @throws TuttiError `server.not-found`, `server.unavailable`, `usage` */
  logIn(request: LoginRequest): Promise<LoginResult>;
  /** Forgets a login. @throws TuttiError `server.not-found` */
  logOut(request: Places & { readonly server: string }): Promise<void>;
  /** Servers that other programs have, for the project in a folder. */
  clientSources(directory: string | undefined): Promise<readonly ClientSource[]>;
  /** What a new project would consist of. @throws TuttiError `usage`, `file.unreadable`, `config.invalid` */
  planProject(request: ProjectRequest): Promise<ProjectPlan>;
  /** @throws TuttiError `file.unreadable`, `journal.unusable` */
  makeProject(plan: ProjectPlan): Promise<void>;
  /** Looks at everything that is needed here. Nothing is changed. */
  examine(request: ExamineRequest): Promise<readonly Diagnosis[]>;
  /** The JSON Schema of `tutti.yaml`. */
  configSchema(): Promise<JsonObject>;
  /**
   * Serves MCP over stdin and stdout until stdin ends, or the signal aborts.
   *
   * @throws TuttiError `usage`, `config.invalid`; `identity.invalid`, `tenant.invalid`, `access.denied`
   */
  serveMcp(request: McpRequest): Promise<void>;
  newId(): string;
  /** Runs this program again in the background, with these arguments. */
  startInBackground(request: BackgroundRequest): Promise<BackgroundStart>;
  /** There when this process was started by {@link startInBackground}. */
  readonly background?: {
    readonly started: (executionId: string) => void;
    readonly refused: (refusal: Refusal) => void;
  };
}

/** Where `tutti.lock` is, or would be. */
export interface LockFile {
  readonly path: string;
  /** As a person would name it. */
  readonly name: string;
  /** Undefined when there is none. */
  readonly lock?: ToolLock;
}

/**
 * What a command needs: `definitions` nothing at all, `servers` the configured servers, `reading` the journal as it is,
 * `audit` the audit log as it is, `driving` the journal to itself, or the process that has it.
 */
export type Access = "definitions" | "servers" | "reading" | "audit" | "driving";

export interface LoginRequest extends Places {
  readonly server: string;
  /** Shows the page where a person logs in. */
  readonly show: (page: URL) => void;
  /** Takes what is noticed meanwhile. */
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface LoginResult {
  /** How many the server offers to whoever has logged in. */
  readonly tools: number;
}

/** Where a command looks for configuration and data. */
export interface Places {
  readonly configFile?: string;
  readonly dataDirectory?: string;
  /** A configuration is also looked for beside it. */
  readonly workflowFile?: string;
}

export interface SessionRequest extends Places {
  readonly access: Access;
  /** Answers what servers ask in the middle of a call; undefined when nobody can be asked. */
  readonly ask: AskPerson;
  /** Takes warnings and the like, one line each. */
  readonly notice: (message: string) => void;
}

export interface ExamineRequest extends Places {
  /** Whether servers are started and asked too. */
  readonly servers: boolean;
  readonly signal: AbortSignal;
}

/** One thing that was looked at, and how it is. */
export interface Diagnosis {
  /** What it is about: `configuration`, `data`, `ports`, `servers`. */
  readonly area: string;
  readonly status: "ok" | "warn" | "bad";
  /** May have lines of a file below the first. */
  readonly message: string;
  /** What to do. */
  readonly advice?: string;
}

/** A file in which another program keeps its servers. */
export interface ClientSource {
  readonly file: string;
  /** Of the program. */
  readonly title: string;
  /** What `--from` would take. */
  readonly from: string;
  readonly servers: readonly string[];
}

export interface ProjectRequest {
  /** Relative to where the command was started, which is meant if there is none. */
  readonly directory?: string;
  /** Programs or files whose servers are taken over. */
  readonly from: readonly string[];
}

/** What a new project consists of. */
export interface ProjectPlan {
  /** Absolute. */
  readonly directory: string;
  readonly files: readonly PlannedFile[];
  /** Names of servers that were taken over. */
  readonly servers: readonly string[];
  /** Them, as `tutti.yaml` would have them; empty without any. */
  readonly serversText: string;
  /** What has to be set in the environment before they can be used. */
  readonly variables: readonly ProjectVariable[];
  /** What was changed or left out. */
  readonly notes: readonly string[];
}

export interface PlannedFile {
  /** Within the project. */
  readonly path: string;
  readonly text: string;
  /** `keep` leaves what is there as it is. */
  readonly action: "create" | "append" | "keep";
}

export interface ProjectVariable {
  readonly name: string;
  readonly server: string;
  /** Where it is used: `env GITHUB_TOKEN`, `header Authorization`, `argument 3`, `url`. */
  readonly place: string;
  /** `secret` stood there literally, `input` was asked of a person each time, `environment` was a variable before. */
  readonly was: "secret" | "input" | "environment";
  /** What the program said of it. */
  readonly about?: string;
  readonly isSet: boolean;
}

/** What {@link CliHost.serve} is given. */
export interface ServeRequest extends Places {
  /** A name or an address of this machine; as configured if not given. */
  readonly host?: string;
  /** 0 for any that is free; as configured if not given. */
  readonly port?: number;
  /** Which operations are tools of MCP. Default: the documented ones. */
  readonly tools?: "standard" | "extended";
  /** Takes the lines of the log. */
  readonly log: (line: string) => void;
  /** Aborts when it is to end before it has begun. */
  readonly signal: AbortSignal;
}

/** What {@link CliHost.serveMcp} is given. */
export interface McpRequest extends Places {
  /** Which operations are offered as tools. */
  readonly tools: "standard" | "extended";
  /** Takes the lines of the log. */
  readonly log: (line: string) => void;
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
}

/** What {@link CliHost.machine} is given. */
export interface MachineRequest extends Places {
  /** The address of the hub. */
  readonly join: string;
  readonly name: string;
  /** Lets it go to another machine unencrypted. */
  readonly insecure?: true;
  /** Takes the lines of the log. */
  readonly log: (line: string) => void;
  /** Told each time that the hub has let it in. */
  readonly joined: () => void;
  /** Aborts when it is to end. */
  readonly signal: AbortSignal;
}

/** A process that owns a data directory until this is disposed. What has not ended then can be taken up again. */
export interface Serving extends AsyncDisposable {
  readonly url: string;
  /** Absolute. */
  readonly dataDirectory: string;
  /** How many interrupted executions it has taken up. */
  readonly resumed: number;
  /**
   * Resolves when the signal aborts.
   *
   * @throws TuttiError `journal.unusable` - nothing more can be done here, but by the next process maybe
   */
  stays(signal: AbortSignal): Promise<void>;
}

/** A place where operations are carried out, until it is disposed. */
export interface Session extends AsyncDisposable {
  readonly client: OperationClient;
  /** What must follow a command to make it find the same configuration and data: ` --data-dir x`, or nothing. */
  readonly flags: string;
  /** What is strange in the configuration, in printed form. */
  readonly warnings: readonly string[];
  /** The configuration file, if there is one. */
  readonly configFile?: string;
  /** The workflow files of the operations that can be requested, by the operation. */
  readonly operations: Readonly<Record<string, string>>;
  /** Of the process that owns the data directory, when it is another one. */
  ownerPid(): Promise<number | undefined>;
  /** Waits for other processes that have handed executions over to this one; tells how many, if any. */
  stayForOthers(signal: AbortSignal, tell: (clients: number) => void): Promise<void>;
}

export interface BackgroundRequest extends Places {
  readonly args: readonly string[];
  readonly executionId: string;
}

export type BackgroundStart =
  | { readonly kind: "started"; readonly executionId: string; readonly pid: number; readonly logFile: string; readonly flags: string }
  | { readonly kind: "refused"; readonly refusal: Refusal };

/** Why something was not begun, as it would have been printed. */
export interface Refusal {
  readonly exitCode: number;
  readonly text: string;
  readonly document?: JsonObject;
}

/** What a server wants to know of a person. */
export interface Question {
  readonly server: string;
  readonly message: string;
  /** A flat JSON Schema object: the fields to fill in. */
  readonly schema?: JsonObject;
  /** A page to open instead. */
  readonly url?: string;
}

export type Answer = { readonly action: "accept"; readonly content?: JsonObject } | { readonly action: "decline" | "cancel" };

export type AskPerson = (question: Question, signal: AbortSignal) => Promise<Answer | undefined>;
