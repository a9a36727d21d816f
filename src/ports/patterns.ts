import type { CheckRegistry } from "../model/check.ts";
import type { PatternApplication, PatternDefinition } from "../model/pattern.ts";
import type { LocatedProblem } from "../model/problem.ts";
import type { CatalogSource } from "./catalog.ts";
import type { Discovery } from "./discovery.ts";
import type { Machines } from "./machines.ts";

/** The patterns that there are now: those that come with Tutti, and those of the pattern directory. */
export interface PatternSource {
  /** In the order of their names. */
  list(): readonly PatternDefinition[];
  get(name: string): PatternDefinition | undefined;
  /** Whether it comes with Tutti. */
  isBuiltIn(name: string): boolean;
  /** What is wrong with files of the pattern directory. */
  problems(): readonly LocatedProblem[];
}

/**
 * Keeps what patterns were applied to. Every promise of a change resolves when it is durable.
 *
 * @throws TuttiError `journal.unusable` - from every method
 */
export interface PatternApplications {
  /**
   * Keeps a new application.
   *
   * @param requestKey - the same key of the same tenant keeps nothing new, and finds the first
   */
  create(
    application: PatternApplication,
    requestKey?: string,
  ): Promise<{ readonly created: boolean; readonly application: PatternApplication }>;

  /** Replaces what is kept under its id; undefined when there is none. */
  update(applicationId: string, change: (application: PatternApplication) => PatternApplication): Promise<PatternApplication | undefined>;

  /** @param tenant - only an application of this tenant is found, if one is given */
  get(applicationId: string, tenant: string | undefined): PatternApplication | undefined;

  /** Those whose id begins so, at most 10. */
  find(prefix: string, tenant: string | undefined): readonly string[];

  /** Newest first. */
  list(query: ApplicationQuery): ApplicationPage;

  /** Tells of every change that has become durable. */
  onChange(listener: (application: PatternApplication) => void): Disposable;
}

export interface ApplicationQuery {
  /** Only applications of this tenant. */
  readonly tenant?: string;
  readonly patternName?: string;
  readonly targetComponent?: string;
  /** 1 to 1,000. */
  readonly limit: number;
  /** From the page before. */
  readonly cursor?: string;
}

export interface ApplicationPage {
  readonly applications: readonly PatternApplication[];
  /** Present when there are more. */
  readonly nextCursor?: string;
}

/** What was found out, and in words why. */
export interface Finding {
  readonly passed: boolean;
  readonly detail: string;
}

/** Finds out whether requirements are met, in the name of one caller. */
export interface RequirementProbes {
  readonly discovery: Discovery;
  readonly catalogs: CatalogSource;
  readonly checks: CheckRegistry;
  readonly machines: Pick<Machines, "get" | "list">;

  /** Runs a check of the registry. */
  runCheck(name: string, signal: AbortSignal): Promise<Finding>;

  /** The service for which a port is registered. */
  portHolder(port: number): string | undefined;

  /** Whether nobody listens at a port of this machine. */
  portIsFree(port: number): Promise<Finding>;

  /** Whether there is a file or folder of that path below the folder of the configuration; never looks outside of it. */
  fileIsThere(path: string): Promise<Finding>;
}
