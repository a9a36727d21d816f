import type { PatternDefinition } from "../../model/pattern.ts";
import { argumentsOf, MONITOR_EVERY, optionalTool, tool } from "./parameter-specs.ts";

/** Whether a row breaks one of the rules; `row` is the row. */
const BROKEN =
  "!steps.rules.output.required.all(field, field in row && row[field] != null && row[field] != '') || " +
  "!steps.rules.output.ranges.all(rule, !(rule.field in row) || row[rule.field] == null || " +
  "((type(row[rule.field]) == int || type(row[rule.field]) == double) && row[rule.field] >= rule.min && row[rule.field] <= rule.max)) || " +
  "!steps.rules.output.patterns.all(rule, !(rule.field in row) || row[rule.field] == null || " +
  "(type(row[rule.field]) == string && row[rule.field].matches(rule.pattern)))";

/** Data that goes no further than its rules allow. */
export const dataValidation: PatternDefinition = {
  name: "data-validation",
  version: "1.0.0",
  description:
    "Lets data pass only when it keeps its rules: reads rows with a tool, finds those in which a required field is empty, a number is out of its range, " +
    "a text does not match or a key is there twice, puts these aside, and hands the rest on only when not too many were wrong. " +
    "Use it between a source and whatever relies on it.",
  components: [
    "rules as parameters: required fields, ranges, patterns, a unique key",
    "quarantine for what breaks them",
    "a limit for how much may be wrong before nothing is handed on",
    "continuous monitoring of the source",
  ],
  appliesTo: ["database", "dataset", "data-pipeline", "data-import", "database-connections", "file"],
  parameters: {
    read_tool: tool("The tool that gives the rows.", "database.query"),
    read_with: argumentsOf("read_tool"),
    rows: {
      type: "string",
      pattern: "^_?[A-Za-z][A-Za-z0-9_]*$",
      maxLength: 100,
      default: "rows",
      description: "The member of the tool's output that is the list of rows, each an object.",
    },
    required: {
      type: "array",
      items: { type: "string", minLength: 1, maxLength: 100 },
      maxItems: 100,
      default: [],
      description: "Fields that must be there, and neither null nor empty.",
    },
    ranges: {
      type: "array",
      items: {
        type: "object",
        properties: { field: { type: "string", minLength: 1, maxLength: 100 }, min: { type: "number" }, max: { type: "number" } },
        required: ["field", "min", "max"],
        additionalProperties: false,
      },
      maxItems: 100,
      default: [],
      description: "Between which numbers a field must be, where it is there.",
    },
    patterns: {
      type: "array",
      items: {
        type: "object",
        properties: { field: { type: "string", minLength: 1, maxLength: 100 }, pattern: { type: "string", minLength: 1, maxLength: 300 } },
        required: ["field", "pattern"],
        additionalProperties: false,
      },
      maxItems: 50,
      default: [],
      description: "The regular expression (RE2) that a text must match, where it is there.",
    },
    unique: {
      type: "string",
      pattern: "^_?([^_].*)?$",
      maxLength: 100,
      default: "",
      description: "A field that no two rows may have in common. None if empty.",
    },
    max_invalid_share: {
      type: "number",
      minimum: 0,
      maximum: 1,
      default: 0,
      description: "How large a share of the rows may be wrong, from 0 to 1, before nothing is handed on.",
    },
    quarantine_tool: optionalTool('The tool that keeps the rows that are wrong: it takes {"component": ..., "rows": [...]}.'),
    publish_tool: optionalTool('The tool that takes the rows that are right: it takes {"component": ..., "rows": [...]}.'),
    monitor_every: MONITOR_EVERY,
  },
  requirements: [
    {
      id: "source",
      description: "the tool that gives the rows is there, and takes its arguments",
      severity: "blocking",
      check: { tool: "${{ parameters.read_tool }}", with: "${{ parameters.read_with }}" },
    },
    {
      id: "rules",
      description: "there is at least one rule",
      severity: "blocking",
      check: {
        parameter: "${{ size(parameters.required) + size(parameters.ranges) + size(parameters.patterns) > 0 || parameters.unique != '' }}",
      },
    },
    {
      id: "ranges-possible",
      description: "no range is empty",
      severity: "blocking",
      check: { parameter: "${{ parameters.ranges.all(rule, rule.min <= rule.max) }}" },
    },
    {
      id: "quarantine",
      description: "the tool that keeps rows aside is there, and takes them",
      severity: "blocking",
      when: "${{ parameters.quarantine_tool != '' }}",
      check: { tool: "${{ parameters.quarantine_tool }}", with: { component: "${{ component }}", rows: [] } },
    },
    {
      id: "publisher",
      description: "the tool that takes the rows that are right is there, and takes them",
      severity: "blocking",
      when: "${{ parameters.publish_tool != '' }}",
      check: { tool: "${{ parameters.publish_tool }}", with: { component: "${{ component }}", rows: [] } },
    },
  ],
  workflow: {
    description: "Lets the data of ${{ component }} pass when it keeps its rules.",
    error_policy: "fail_fast",
    steps: [
      {
        id: "rules",
        value: { required: "${{ parameters.required }}", ranges: "${{ parameters.ranges }}", patterns: "${{ parameters.patterns }}" },
      },
      {
        id: "read",
        type: "integration",
        tool: "${{ parameters.read_tool }}",
        with: "${{ parameters.read_with }}",
        effect: "read",
      },
      {
        id: "sort",
        value: {
          total: "${{ size(steps.read.output[parameters.rows]) }}",
          wrong: `\${{ steps.read.output[parameters.rows].filter(row, ${BROKEN}) }}`,
          right: `\${{ steps.read.output[parameters.rows].filter(row, !(${BROKEN})) }}`,
          repeated:
            "${{ parameters.unique == '' ? 0 : size(steps.read.output[parameters.rows]) - " +
            "size(steps.read.output[parameters.rows].map(row, parameters.unique in row ? json(row[parameters.unique]) : '').distinct()) }}",
        },
      },
      {
        id: "quarantine",
        when: "${{ parameters.quarantine_tool != '' }}",
        if: "${{ size(steps.sort.output.wrong) > 0 }}",
        tool: "${{ parameters.quarantine_tool }}",
        with: { component: "${{ component }}", rows: "${{ steps.sort.output.wrong }}" },
        effect: "idempotent",
      },
      {
        id: "accept",
        type: "validation",
        validates: true,
        value: {
          valid:
            "${{ steps.sort.output.repeated == 0 && double(size(steps.sort.output.wrong)) <= " +
            "double(parameters.max_invalid_share) * double(steps.sort.output.total) }}",
          reason:
            "${{ string(size(steps.sort.output.wrong)) + ' of ' + string(int(steps.sort.output.total)) + ' rows break a rule, and ' + " +
            "string(int(steps.sort.output.repeated)) + ' have a key that another one has' }}",
        },
      },
      {
        id: "publish",
        when: "${{ parameters.publish_tool != '' }}",
        needs: ["accept"],
        type: "deployment",
        tool: "${{ parameters.publish_tool }}",
        with: { component: "${{ component }}", rows: "${{ steps.sort.output.right }}" },
        effect: "idempotent",
      },
    ],
    output: {
      component: "${{ component }}",
      rows: "${{ steps.sort.output.total }}",
      wrong: "${{ size(steps.sort.output.wrong) }}",
    },
  },
  nextSteps: [
    "Execute the workflow whenever there is new data, or give it a schedule",
    "Look at what was put aside, and mend it where it comes from",
    "Tighten max_invalid_share when the source has become better",
  ],
  monitoring: { interval: "${{ parameters.monitor_every }}", checks: ["source"] },
};
