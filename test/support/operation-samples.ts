import type { Json, JsonObject } from "../../src/base/json.ts";

/** What there is for operations to be asked about. */
export interface SampleFacts {
  /** Of an execution that has ended, and was started from a file. */
  readonly ended: string;
  /** Of one that waits for an approval, and for each operation that ends it. */
  readonly waiting: string;
  /** Of one that has failed. */
  readonly failed: string;
  readonly workflow: string;
  readonly taskGroup: string;
  readonly application: string;
}

/** A workflow that ends at once. */
export const SAMPLE_SOURCE: JsonObject = { file: "sample.yaml", text: "id: sample\nsteps:\n  - { id: a, value: 1 }\n" };

const ENVELOPE: JsonObject = {
  meta: { request_id: "0193f2c7-5d0a-7c3e-8f21-6b0d9a4e1c55", timestamp: "2026-01-31T09:00:00Z", version: "1.0" },
  data: { operation: "sample", parameters: {} },
};
const PATTERN: JsonObject = { pattern_name: "infrastructure-enforcement", target_component: "database-connections" };
const TASK: JsonObject = { task_type: "echo", service_name: "echo", payload: { word: "x" } };

/** One input for each operation that has a route, right for what there is. */
export const OPERATION_SAMPLES: Readonly<Record<string, (facts: SampleFacts) => Json>> = {
  aggregate_task_results: ({ taskGroup }) => ({ task_group_id: taskGroup }),
  apply_pattern: () => PATTERN,
  approve_execution: ({ waiting }) => ({ execution_id: waiting, approved: true }),
  call_tool: () => ({ server: "echo", tool: "echo", arguments: { word: "x" } }),
  cancel_execution: ({ waiting }) => ({ execution_id: waiting }),
  check_health: () => ({}),
  check_servers: () => ({}),
  create_workflow: () => ({ workflow_id: "made-by-sample", name: "Made", steps: [{ id: "a", value: 1 }] }),
  delete_workflow: ({ workflow }) => ({ workflow_id: workflow }),
  distribute_task: () => ({ task_definition: TASK }),
  execute_request: () => ({ envelope: ENVELOPE, workflow: SAMPLE_SOURCE }),
  execute_workflow: ({ workflow }) => ({ workflow_id: workflow }),
  export_workflow_data: ({ workflow }) => ({ workflow_id: workflow }),
  format_workflow: () => SAMPLE_SOURCE,
  get_audit_head: () => ({}),
  get_capability_matrix: () => ({}),
  get_execution: ({ ended }) => ({ execution_id: ended }),
  get_machine: () => ({ machine_id: "local" }),
  get_pattern_application: ({ application }) => ({ application_id: application }),
  get_response: ({ ended }) => ({ execution_id: ended }),
  get_server_stats: () => ({}),
  get_system_health: () => ({}),
  get_task_status: ({ taskGroup }) => ({ task_id: taskGroup }),
  get_workflow: ({ workflow }) => ({ workflow_id: workflow }),
  get_workflow_metrics: () => ({}),
  get_workflow_schema: () => ({}),
  get_workflow_status: ({ ended }) => ({ execution_id: ended }),
  list_events: ({ ended }) => ({ execution_id: ended, after_seq: 1 }),
  list_executions: () => ({ limit: 5 }),
  list_interrupted_executions: () => ({}),
  list_machines: () => ({}),
  list_pattern_applications: () => ({}),
  list_patterns: () => ({}),
  list_servers: () => ({}),
  list_tools: () => ({}),
  list_workflow_versions: ({ workflow }) => ({ workflow_id: workflow }),
  list_workflows: () => ({}),
  pause_execution: ({ waiting }) => ({ execution_id: waiting }),
  plan_workflow: () => ({ workflow: SAMPLE_SOURCE }),
  prune_executions: () => ({ older_than_ms: 86_400_000 }),
  query_audit: () => ({}),
  resolve_execution: ({ waiting }) => ({ execution_id: waiting, step: "ask", verdict: "not_happened" }),
  resume_execution: ({ waiting }) => ({ execution_id: waiting }),
  retry_execution: ({ failed }) => ({ execution_id: failed }),
  start_execution: () => ({ workflow: SAMPLE_SOURCE }),
  update_workflow: ({ workflow }) => ({ workflow_id: workflow, steps: [{ id: "a", value: 2 }] }),
  validate_pattern_application: () => PATTERN,
  validate_workflow: () => ({ workflow: SAMPLE_SOURCE, check_tools: true }),
  verify_audit: () => ({}),
  watch_execution: ({ ended }) => ({ execution_id: ended, after_seq: 0 }),
  watch_news: () => ({ after: 0, limit: 5 }),
};
