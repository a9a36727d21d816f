import type { PatternDefinition } from "../../model/pattern.ts";
import { argumentsOf, MONITOR_EVERY, optionalTool, tool } from "./parameter-specs.ts";

/** A figure that is measured, compared with its limit, and acted upon. */
export const performanceMonitoring: PatternDefinition = {
  name: "performance-monitoring",
  version: "1.0.0",
  description:
    "Measures a figure of a component several times, one measurement after the other, compares the median and the worst with their limits, records the result, " +
    "and tells somebody when a limit is broken. Use it after a deployment, or with a schedule to notice when something becomes slow.",
  components: [
    "measurements by a tool, as many as are needed for a judgement",
    "limits for the median and for the worst",
    "a record of every result, for trends",
    "an alert when a limit is broken",
  ],
  appliesTo: ["service", "api", "database", "database-connections", "resource-allocation", "workflow"],
  parameters: {
    measure_tool: tool("The tool that measures.", "probe.measure"),
    measure_with: argumentsOf("measure_tool"),
    figure: {
      type: "string",
      pattern: "^_?[A-Za-z][A-Za-z0-9_]*$",
      maxLength: 100,
      default: "duration_ms",
      description: "The member of the tool's output that is measured, a number.",
    },
    samples: { type: "integer", minimum: 1, maximum: 100, default: 5, description: "How many times it is measured." },
    median_limit: { type: "number", description: "What the median may be at most.", examples: [200] },
    worst_limit: { type: "number", description: "What the worst may be at most.", examples: [1000] },
    record_tool: optionalTool(
      'The tool that keeps the result: it takes {"component": ..., "figure": ..., "median": ..., "worst": ..., "within": ...}.',
    ),
    alert_tool: optionalTool('The tool that tells somebody: it takes {"component": ..., "message": ...}.'),
    monitor_every: MONITOR_EVERY,
  },
  requirements: [
    {
      id: "probe",
      description: "the tool that measures is there, and takes its arguments",
      severity: "blocking",
      check: { tool: "${{ parameters.measure_tool }}", with: "${{ parameters.measure_with }}" },
    },
    {
      id: "limits",
      description: "the limit of the worst is not below that of the median",
      severity: "blocking",
      check: { parameter: "${{ parameters.median_limit <= parameters.worst_limit }}" },
    },
    {
      id: "recorder",
      description: "the tool that keeps results is there, and takes them",
      severity: "blocking",
      when: "${{ parameters.record_tool != '' }}",
      check: {
        tool: "${{ parameters.record_tool }}",
        with: { component: "${{ component }}", figure: "${{ parameters.figure }}", median: 1.5, worst: 1.5, within: true },
      },
    },
    {
      id: "alerts",
      description: "the tool that tells somebody is there, and takes a message",
      severity: "blocking",
      when: "${{ parameters.alert_tool != '' }}",
      check: { tool: "${{ parameters.alert_tool }}", with: { component: "${{ component }}", message: "a limit is broken" } },
    },
    {
      id: "enough-samples",
      description: "there are enough measurements for a median to say something",
      severity: "warning",
      check: { parameter: "${{ parameters.samples >= 3 }}" },
    },
  ],
  workflow: {
    description: "Measures ${{ parameters.figure }} of ${{ component }} and compares it with its limits.",
    error_policy: "fail_fast",
    steps: [
      {
        id: "measure",
        type: "validation",
        for_each: "${{ range(parameters.samples) }}",
        max_parallel: 1,
        tool: "${{ parameters.measure_tool }}",
        with: "${{ parameters.measure_with }}",
        effect: "read",
      },
      {
        id: "summary",
        value: {
          median: "${{ steps.measure.output.map(sample, sample[parameters.figure]).sort()[size(steps.measure.output) / 2] }}",
          worst: "${{ steps.measure.output.map(sample, sample[parameters.figure]).sort()[size(steps.measure.output) - 1] }}",
        },
      },
      {
        id: "verdict",
        value: {
          within: "${{ steps.summary.output.median <= parameters.median_limit && steps.summary.output.worst <= parameters.worst_limit }}",
          reason:
            "${{ parameters.figure + ' of ' + component + ': median ' + json(steps.summary.output.median) + ' (limit ' + json(parameters.median_limit) + '), worst ' + " +
            "json(steps.summary.output.worst) + ' (limit ' + json(parameters.worst_limit) + ')' }}",
        },
      },
      {
        id: "record",
        when: "${{ parameters.record_tool != '' }}",
        tool: "${{ parameters.record_tool }}",
        with: {
          component: "${{ component }}",
          figure: "${{ parameters.figure }}",
          median: "${{ steps.summary.output.median }}",
          worst: "${{ steps.summary.output.worst }}",
          within: "${{ steps.verdict.output.within }}",
        },
        effect: "idempotent",
      },
      {
        id: "alert",
        when: "${{ parameters.alert_tool != '' }}",
        if: "${{ !steps.verdict.output.within }}",
        tool: "${{ parameters.alert_tool }}",
        with: { component: "${{ component }}", message: "${{ steps.verdict.output.reason }}" },
        effect: "idempotent",
      },
      {
        id: "limits",
        // Not before it is recorded and told: what says no here ends the execution.
        needs: ["record", "alert"],
        if: "${{ always() }}",
        type: "validation",
        validates: true,
        value: { valid: "${{ steps.verdict.output.within }}", reason: "${{ steps.verdict.output.reason }}" },
      },
    ],
    output: {
      component: "${{ component }}",
      median: "${{ steps.summary.output.median }}",
      worst: "${{ steps.summary.output.worst }}",
      within: "${{ steps.verdict.output.within }}",
    },
  },
  nextSteps: [
    "Execute the workflow after every deployment of ${{ component }}, or give it a schedule",
    "Set the limits from what was recorded: a limit that is never near is none",
  ],
  monitoring: { interval: "${{ parameters.monitor_every }}", checks: ["probe"] },
};
