import type { JsonObject } from "../base/json.ts";

/** A workflow that a model can begin with. */
export interface GuideExample {
  readonly title: string;
  /** What `create_workflow` takes. */
  readonly workflow: JsonObject;
}

/** Their servers are invented, and their keys are all that there are; a test parses and plans them. */
export const GUIDE_EXAMPLES: readonly GuideExample[] = [
  {
    title: "Reads many files side by side and writes a summary",
    workflow: {
      workflow_id: "summarize-folder",
      name: "Summarize a folder",
      inputs: { folder: { type: "string" }, target: { type: "string", default: "summary.md" } },
      steps: [
        { id: "list", tool: "files.list_directory", with: { path: "${{ inputs.folder }}" } },
        {
          id: "read",
          for_each: "${{ steps.list.output.names }}",
          max_parallel: 5,
          tool: "files.read_text_file",
          with: { path: "${{ inputs.folder }}/${{ item }}" },
        },
        { id: "summarize", tool: "writer.summarize", with: { texts: "${{ steps.read.output.map(file, file.content) }}" }, timeout: "2m" },
        {
          id: "save",
          tool: "files.write_file",
          with: { path: "${{ inputs.target }}", content: "${{ steps.summarize.output.text }}" },
          effect: "idempotent",
        },
      ],
      output: { file: "${{ inputs.target }}", files: "${{ size(steps.list.output.names) }}" },
    },
  },
  {
    title: "Charges once, asks a person when it is much, undoes the charge when something later fails",
    workflow: {
      workflow_id: "take-order",
      name: "Take an order",
      inputs: { order_id: { type: "string" }, amount: { type: "number", minimum: 0 } },
      error_policy: "fail_fast",
      steps: [
        { id: "check", tool: "stock.check", with: { order: "${{ inputs.order_id }}" }, effect: "read", validates: true },
        {
          id: "agree",
          needs: ["check"],
          if: "${{ inputs.amount > 1000.0 }}",
          approval: { message: "Charge ${{ inputs.amount }} for order ${{ inputs.order_id }}?", timeout: "2h" },
        },
        {
          id: "charge",
          needs: ["check"],
          if: "${{ succeeded('agree') || skipped('agree') }}",
          tool: "payments.charge",
          with: { order: "${{ inputs.order_id }}", amount: "${{ inputs.amount }}" },
          effect: "once",
          retry: { max_attempts: 3, delay: "500ms" },
          compensate: { tool: "payments.refund", with: { payment: "${{ output.payment_id }}" } },
        },
        { id: "ship", tool: "shipping.send", with: { order: "${{ inputs.order_id }}", payment: "${{ steps.charge.output.payment_id }}" } },
      ],
      finally: [{ id: "log", tool: "audit.record", with: { order: "${{ inputs.order_id }}", outcome: "${{ execution.outcome }}" } }],
      output: { payment: "${{ steps.charge.output.payment_id }}" },
    },
  },
];

/** How a workflow is written, short enough to stand in the context of a model. */
export const WORKFLOW_GUIDE: string = `# How to write a workflow

A workflow is one JSON object (a file holds the same as YAML). create_workflow stores it, execute_workflow starts it.

Keys of the workflow: workflow_id (a-z, 0-9, "-", "_"; begins with a letter or digit), name, description, inputs, steps,
finally, output, error_policy, timeout, concurrency, on, priority, expose, version, pattern, metadata. Any other is refused.

- inputs: by name, a JSON Schema: {"who": {"type": "string"}}. Required unless it has a "default". Nothing is converted: "5" is not a number.
- output: the result, any value with expressions.
- error_policy: "fail_fast" (default: stop and undo), "allow_partial" (go on with what does not need the failed step),
  "best_effort" (the same, and old or declared values stand in). Or an object with mode and some of retry_count, timeout_ms,
  fallback_enabled, cache_on_error, rollback_on_failure, propagate_to_user.
- timeout: "10m", for the whole execution. expose: true offers the workflow as a tool of its own. priority: 1 to 10.
- concurrency: {"group": "deploy-\${{ inputs.target }}", "limit": 1, "on_conflict": "queue" | "skip" | "cancel"}.

Keys of a step: id, and exactly one of
- tool: "server.tool", with its arguments in "with"
- value: computes something and calls nothing
- approval: {"message", "timeout"?, "roles"?}: waits until a person agrees
- sleep: "10m", or until: "2026-12-24T18:00:00Z"
- workflow: the id of a stored workflow, with its inputs in "with"
A step with type, enforcement or validation may have none of these.

and any of
- type: development, integration, validation, deployment. enforcement: code-review, startup-validation, unit-tests: must be
  passed before the step begins. validation: unit-tests, integration-tests, manual-review: must be passed for it to complete.
- needs (or dependencies): ids of steps that must complete first. Reading a step in an expression has the same effect, so needs is only for
  order without data. Steps that need nothing start at once, side by side.
- if: an expression. Without a status function, all needs must have completed, and a step that needs a skipped step is
  skipped, too. succeeded('x'), failed('x'), skipped('x') and always() ask however the needs ended.
- for_each: a list, with max_parallel; reads item and index. The output is the list of outputs.
- with (or parameters), timeout ("30s", for one attempt; 30 s if not given), retry: {"max_attempts", "delay", "max_delay", "on"}
- effect: "read", "idempotent" or "once". What a call may do when it is sent twice; default: what the tool says of itself,
  else "once", which is never sent twice.
- compensate: {"tool", "with"}: undoes the step when a later one fails; reads output, which is what the step returned.
- fallback: {"value"} or {"tool", "with"}: instead, when the step has finally failed.
- on_error: "continue": its failure is reported and stops nothing.
- validates: true: an error, or an output with valid: false, ends the execution before anything is changed.
- verify: {"tool", "with", "happened"}: finds out whether a "once" call whose answer was lost has taken effect.
- target_machines, other_machines: where it is done. "local" is the machine of the server that you ask, and the default.
- permissions: what whoever starts it must be allowed to do. resources: {"gpu", "cpu", "gpu_memory", "memory", "api_calls",
  "concurrent_jobs"} and leases: what each call occupies.
- max_duration ("1h", with all attempts), cache: {"ttl"}, estimated_duration (minutes), name, description.

finally holds steps that run at the end in any case; they read execution.outcome.

Expressions are CEL inside \${{ }}. A string that is one whole expression becomes its value, of any type; in a longer string
it becomes text. They read inputs.x, steps.ID.output, steps.ID.status, steps.ID.error.message, item, index, execution.id,
secrets.NAME (alone in the "with" of a tool). A step whose id has a dash is read as steps["my-step"].output. The output of
a tool is its structured content, else its text as JSON, else {"text": ...}. Reading a step that did not complete is an
error; steps.x.?output.?total.orValue(0) is not. Compare numbers with numbers: amount > 1000.0.

Functions: size, has, list.map(x, ...), list.filter(x, ...), list.exists(x, ...), list.all(x, ...), list.join(", "), list.sum(),
text.contains, text.startsWith, text.split, text.replace, text.lowerAscii, text.trim, string, int, double, json, parseJson,
range, math.round, math.least, math.greatest, timestamp, duration. There is none for the present moment and none for chance.

Rules that are broken most often:
1. Name tools as "server.tool", with names that exist; give them exactly the arguments of their input schema.
2. A step does one thing: "tool" and "value" in one step are refused.
3. ids are unique, and no step may need itself, not even by others.
4. Do not invent keys. "run", "uses", "depends_on", "env" and "outputs" are none.
5. A step with "for_each" gives a list: steps.read.output[0], steps.read.output.map(x, x.text).
6. Quote strings that hold \${{ }} when you write YAML.
All problems are reported at once, each with its place: correct them all, and send it again.

${GUIDE_EXAMPLES.map(({ title, workflow }) => `Example: ${title}.\n\n${JSON.stringify(workflow, undefined, 1)}`).join("\n\n")}
`;
