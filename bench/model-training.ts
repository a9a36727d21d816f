import { parseWorkflow } from "../src/definition/parse-workflow.ts";
import { present } from "../src/base/assert.ts";
import type { Workflow } from "../src/model/workflow.ts";
import type { BenchServer } from "./bench-workspace.ts";

interface TrainingCall {
  readonly id: string;
  /** `server.tool` */
  readonly tool: string;
  /** How long the server takes for it. */
  readonly ms: number;
  readonly needs: readonly string[];
  /** What it occupies, as in a workflow file. */
  readonly resources?: string;
}

/**
 * 24 calls to six servers: customer data become a model that recommends. Data are extracted and transformed; while the model is
 * trained, four branches go on beside it (keys and a webhook, alerts, a backup, permissions), are checked together, and the
 * training is watched; then the model is exported, encrypted, stored and deployed, and people are told. Waits are a tenth of
 * real ones, and of the training a thousandth.
 */
const CALLS: readonly TrainingCall[] = [
  { id: "extract", tool: "data.sql_query", ms: 230, needs: [] },
  { id: "log_access", tool: "security.audit_log", ms: 40, needs: [] },
  { id: "store", tool: "storage.upload_file", ms: 180, needs: ["extract"] },
  { id: "transform", tool: "compute.data_processing", ms: 320, needs: ["store", "log_access"], resources: "{ cpu: 4, memory: 16GB }" },
  { id: "train", tool: "compute.train_model", ms: 900, needs: ["transform"], resources: "{ gpu: 2, memory: 32GB }" },
  { id: "keys", tool: "integration.api_key_mgmt", ms: 60, needs: ["transform"] },
  { id: "webhook", tool: "integration.webhook_setup", ms: 60, needs: ["keys"] },
  { id: "alert", tool: "notification.create_alert", ms: 90, needs: ["transform"] },
  { id: "dashboard", tool: "notification.dashboard_update", ms: 90, needs: ["alert"] },
  { id: "backup", tool: "storage.backup_data", ms: 240, needs: ["transform"] },
  { id: "permit", tool: "security.authorize", ms: 35, needs: ["transform"] },
  { id: "check", tool: "security.audit_log", ms: 40, needs: ["webhook", "dashboard", "backup", "permit"] },
  { id: "watch", tool: "compute.gpu_status", ms: 60, needs: ["check"] },
  { id: "checkpoint", tool: "integration.rest_call", ms: 60, needs: ["watch"] },
  { id: "validate", tool: "security.audit_log", ms: 40, needs: ["checkpoint"] },
  { id: "progress", tool: "notification.dashboard_update", ms: 90, needs: ["validate"] },
  { id: "export", tool: "compute.model_export", ms: 120, needs: ["train", "validate"] },
  { id: "encrypt", tool: "security.encrypt", ms: 50, needs: ["export"] },
  { id: "publish", tool: "storage.upload_file", ms: 180, needs: ["encrypt"] },
  { id: "deploy", tool: "integration.rest_call", ms: 150, needs: ["publish"] },
  { id: "tell_team", tool: "notification.send_slack", ms: 90, needs: ["deploy"] },
  { id: "tell_managers", tool: "notification.send_email", ms: 110, needs: ["deploy"] },
  { id: "log_end", tool: "security.audit_log", ms: 40, needs: ["tell_team", "tell_managers", "progress"] },
  { id: "clean_up", tool: "storage.delete_file", ms: 50, needs: ["log_end"] },
];

const PLACES = 5;
const RESOURCES: Readonly<Record<string, BenchServer["resources"]>> = {
  compute: { gpu: 4, memoryBytes: 64e9, cpu: 16, concurrentJobs: 8 },
};

/** The servers of the training, each with the tools that are called. */
export function trainingServers(): readonly BenchServer[] {
  const tools = new Map<string, Set<string>>();
  for (const call of CALLS) {
    const [server = "", tool = ""] = call.tool.split(".");
    tools.set(server, (tools.get(server) ?? new Set()).add(tool));
  }
  return [...tools].map(([name, names]) => {
    const resources = RESOURCES[name];
    return { name, file: "sleeping-server.ts", args: [...names], places: PLACES, ...(resources === undefined ? {} : { resources }) };
  });
}

/** The training as a workflow, whose estimate is exact. */
export function trainingWorkflow(): Workflow {
  const steps = CALLS.map(({ id, tool, ms, needs, resources }) => {
    const occupies = resources === undefined ? "" : `, resources: ${resources}`;
    return `  - { id: ${id}, needs: [${needs.join(", ")}], tool: ${tool}, with: { ms: ${ms} }, estimated_duration: ${ms}ms${occupies} }\n`;
  });
  const { workflow, problems } = parseWorkflow(`id: model-training\nsteps:\n${steps.join("")}`, "model-training.yaml");
  return present(workflow, JSON.stringify(problems));
}
