import { createHash } from "node:crypto";
import { canonicalJson } from "../base/json.ts";
import type { Json, JsonObject } from "../base/json.ts";
import { isJsonObject } from "../base/json.ts";
import type { IdSource } from "../base/ids.ts";
import type { ApplyPatternInput } from "../contract/apply-pattern.ts";
import { applyPattern as contract } from "../contract/apply-pattern.ts";
import type { PatternApplicationView } from "../contract/pattern-application.ts";
import { isTuttiError } from "../model/errors.ts";
import type { PatternApplication } from "../model/pattern.ts";
import { requestKeyTaken } from "../model/request-key-taken.ts";
import { componentId } from "../patterns/pattern-values.ts";
import type { PatternApplications } from "../ports/patterns.ts";
import { changeAuthor } from "./change-author.ts";
import { createStoredWorkflow } from "./create-workflow.ts";
import type { StoreWorkflowPorts } from "./create-workflow.ts";
import { executeWorkflow } from "./execute-workflow.ts";
import type { ExecuteWorkflowPorts } from "./execute-workflow.ts";
import type { OperationContext } from "./operation-context.ts";
import { viewOfApplication } from "./pattern-application-view.ts";
import type { ApplicationViewPorts } from "./pattern-application-view.ts";
import { requirePermission } from "./require-permission.ts";
import type { PermissionPorts } from "./require-permission.ts";
import { validatePattern } from "./validate-pattern-application.ts";
import type { ValidatePatternPorts } from "./validate-pattern-application.ts";

export interface ApplyPatternPorts
  extends ValidatePatternPorts, ApplicationViewPorts, StoreWorkflowPorts, ExecuteWorkflowPorts, PermissionPorts {
  readonly applications: PatternApplications;
  readonly ids: IdSource;
  readonly workflows: StoreWorkflowPorts["workflows"];
  readonly history: ExecuteWorkflowPorts["history"] & ApplicationViewPorts["history"];
}

/**
 * Applies a pattern, or finds what an earlier call with the same key has made of it. What such a call has begun and a
 * crash has interrupted is done to its end.
 *
 * @throws TuttiError `pattern.not-found`; `input.invalid` - the request key was used for something else; what
 * `execute_workflow` refuses
 */
export async function applyPattern(
  input: ApplyPatternInput,
  ports: ApplyPatternPorts,
  context: OperationContext,
): Promise<PatternApplicationView> {
  const { caller } = context;
  // Whoever may only store things must not have something done by applying a pattern.
  if (input.execute === true) await requirePermission({ permission: "tutti:run", operation: contract.name }, ports, caller);
  const application = await applied(input, ports, context);
  const { workflowId } = application;
  const isWanted = input.execute === true && workflowId !== undefined;
  return await viewOfApplication(isWanted ? await executed(application, workflowId, ports, context) : application, ports);
}

async function applied(input: ApplyPatternInput, ports: ApplyPatternPorts, context: OperationContext): Promise<PatternApplication> {
  const tenant = context.caller.identity?.tenant;
  const identity = identityOf(input, ports.ids, tenant);
  const known = ports.applications.get(identity.applicationId, tenant ?? "");
  if (known === undefined) return await record(input, identity, ports, context);
  if (known.requestFingerprint !== identity.fingerprint) throw requestKeyTaken(input.requestKey ?? "", "another application");
  return known;
}

/** Starts the execution of an application, unless that has been done. */
async function executed(
  application: PatternApplication,
  workflowId: string,
  ports: ApplyPatternPorts,
  context: OperationContext,
): Promise<PatternApplication> {
  const { applicationId } = application;
  const { executionId } = await executeWorkflow({ workflowId, requestKey: `pattern-application/${applicationId}` }, ports, context);
  if (application.executionId === executionId) return application;
  const started = (kept: PatternApplication): PatternApplication => ({ ...kept, executionId, status: "applying" });
  return (await ports.applications.update(applicationId, started)) ?? started(application);
}

interface ApplicationIdentity {
  readonly applicationId: string;
  /** Of what was asked; undefined when nobody can ask for it twice. */
  readonly fingerprint?: string;
}

/** The same request has the same id, so that what was begun can be found again whatever has become of it. */
function identityOf({ requestKey, ...asked }: ApplyPatternInput, ids: IdSource, tenant: string | undefined): ApplicationIdentity {
  if (requestKey === undefined) return { applicationId: ids.next() };
  const hex = hash([tenant ?? null, contract.name, requestKey]).slice(0, 32);
  const { patternName, targetComponent, parameters = {} } = asked;
  // UUID version 8: made of something else than time or chance.
  const applicationId = hex.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-8$3-8$4-$5");
  return { applicationId, fingerprint: hash([patternName, targetComponent, parameters]) };
}

function hash(value: Json): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex");
}

/** Validates, stores the workflow if nothing blocks it, and then records what was done: what is recorded is there. */
async function record(
  input: ApplyPatternInput,
  { applicationId, fingerprint }: ApplicationIdentity,
  ports: ApplyPatternPorts,
  context: OperationContext,
): Promise<PatternApplication> {
  const { caller } = context;
  const author = changeAuthor(caller, { operation: contract.name, content: {} });
  const workflowId = workflowIdOf(input, applicationId);
  const { pattern, validation, parameters, instance } = await validatePattern(input, workflowId, ports, context);
  const { tenant, createdBy: appliedBy } = author;
  const common = {
    applicationId,
    ...(tenant === undefined ? {} : { tenant }),
    ...(fingerprint === undefined ? {} : { requestFingerprint: fingerprint }),
    patternName: pattern.name,
    patternVersion: pattern.version,
    targetComponent: input.targetComponent,
    appliedAtMs: ports.clock.nowMs(),
    appliedBy,
    parameters,
    validation,
  };
  if (instance === undefined || !validation.valid) return await kept({ ...common, status: "rejected", nextSteps: [] }, ports);
  await storeWorkflow(markedWith(instance.document, applicationId), ports, context);
  const { nextSteps, monitoring } = instance;
  const made: PatternApplication = { ...common, status: "pending", workflowId, nextSteps };
  return await kept(monitoring === undefined ? made : { ...made, monitoring }, ports);
}

async function kept(application: PatternApplication, { applications }: ApplyPatternPorts): Promise<PatternApplication> {
  return (await applications.create(application)).application;
}

const ID_LENGTH = 100;

/** Says what it is, and is nobody else's. */
function workflowIdOf({ patternName, targetComponent }: ApplyPatternInput, applicationId: string): string {
  const suffix = applicationId.replaceAll("-", "").slice(-12);
  const name = `${patternName}-${componentId(targetComponent)}`.slice(0, ID_LENGTH - suffix.length - 1);
  return `${name.replace(/-+$/, "")}-${suffix}`;
}

/** So that whoever sees the workflow finds the application. */
function markedWith(document: JsonObject, applicationId: string): JsonObject {
  const metadata = isJsonObject(document["metadata"]) ? document["metadata"] : {};
  const pattern = isJsonObject(metadata["pattern"]) ? metadata["pattern"] : {};
  return { ...document, metadata: { ...metadata, pattern: { ...pattern, application: applicationId } } };
}

/** One that is there already was stored for the same application, before a crash: nobody else has this id. */
async function storeWorkflow(definition: JsonObject, ports: StoreWorkflowPorts, context: OperationContext): Promise<void> {
  try {
    await createStoredWorkflow({ definition }, ports, context);
  } catch (error) {
    if (!isTuttiError(error, "workflow.exists")) throw error;
  }
}
