import type { JsonObject } from "../base/json.ts";
import type { StoredWorkflow, StoredWorkflowFacts } from "../model/stored-workflow.ts";

/**
 * Keeps workflows with all their versions. Each belongs to a tenant, or to nobody (undefined), and is there for no other.
 *
 * Every promise of a change resolves when the change is durable. A change that comes with a request mark is made once:
 * the same mark gives the same answer again, also after a restart, and also when the workflow has changed or gone since.
 *
 * @throws TuttiError `journal.unusable` - from every method, when the store is damaged, full or gone
 */
export interface WorkflowStore {
  /** @throws TuttiError `workflow.exists`; `input.invalid` - the request key was used for something else */
  create(content: WorkflowContent, by: ChangeAuthor): Promise<WorkflowChange>;

  /**
   * Makes a new version, unless the current one says the same. `expectedVersion`: the one that the author has seen.
   *
   * @throws TuttiError `workflow.not-found`; `workflow.changed`; `input.invalid` - the request key was used for something else
   */
  update(content: WorkflowContent, by: ChangeAuthor & { readonly expectedVersion?: number }): Promise<WorkflowChange>;

  /** Forgets it with all its versions. @throws TuttiError `workflow.not-found`; `input.invalid` */
  remove(workflowId: string, by: ChangeAuthor): Promise<WorkflowChange>;

  /** The current version, or the one that is named. */
  get(tenant: string | undefined, workflowId: string, version?: number): Promise<StoredWorkflow | undefined>;

  /** In the order of their ids. */
  list(query: WorkflowQuery): Promise<readonly StoredWorkflowFacts[]>;

  /** Of all tenants, those that can be executed and have a schedule. */
  scheduled(): Promise<readonly StoredWorkflowFacts[]>;

  /** Newest first, those before `before`; empty for a workflow that is not there. */
  versions(tenant: string | undefined, workflowId: string, page: VersionPage): Promise<readonly WorkflowVersion[]>;
}

/** What a workflow shall be from now on. */
export interface WorkflowContent {
  readonly workflowId: string;
  readonly definition: JsonObject;
  readonly status: StoredWorkflow["status"];
  readonly name?: string;
  readonly pattern?: string;
  readonly exposed: boolean;
  readonly schedule?: string;
  readonly stepCount: number;
}

/** Who changes something, for which tenant, and by which request. */
export interface ChangeAuthor {
  readonly tenant?: string;
  readonly createdBy: string;
  readonly request?: RequestMark;
}

/** The name that a caller gave to a request, and what was asked: the same name for something else is a mistake. */
export interface RequestMark {
  readonly key: string;
  readonly fingerprint: string;
}

/** What a change has made of a workflow. */
export interface WorkflowChange {
  readonly workflowId: string;
  readonly version: number;
  readonly status: StoredWorkflow["status"];
  /** False when the workflow said the same before. */
  readonly changed: boolean;
}

export interface WorkflowQuery {
  readonly tenant?: string;
  readonly pattern?: string;
  /** Only those that are offered as tools of their own. */
  readonly exposed?: true;
  /** Only ids behind this one. */
  readonly after?: string;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface VersionPage {
  readonly before?: number;
  /** 1 to 1,000. */
  readonly limit: number;
}

export interface WorkflowVersion {
  readonly version: number;
  readonly createdAtMs: number;
  readonly createdBy: string;
}
