import type { PatternDefinition } from "../../model/pattern.ts";
import { choice, line, MONITOR_EVERY, optionalTool, tool } from "./parameter-specs.ts";

/** Rules that are only written down become rules that something checks. */
export const documentationToImplementationBridge: PatternDefinition = {
  name: "documentation-to-implementation-bridge",
  version: "1.0.0",
  description:
    "Turns rules that are only written down into rules that are checked: reads the documents, finds rules that they do not state (any more), " +
    "lets a person confirm what is left, runs for every rule the check that enforces it, and writes back which check stands for which rule. " +
    "Use it when documents promise what nothing in the code makes sure of.",
  components: [
    "audit of the documents: every rule has to be stated in one of them, word for word",
    "points of failure: a rule without a document, or without a check, ends it",
    "mandatory validation: each rule has a registered check, and all of them pass",
    "documents that say what enforces them",
    "continuous monitoring of all rules",
  ],
  appliesTo: ["documentation", "guidelines", "runbooks", "policies", "conventions", "configuration-management"],
  parameters: {
    documents: {
      type: "array",
      items: line(500),
      minItems: 1,
      maxItems: 50,
      description: "The files that state the rules, below the folder of the configuration.",
      examples: [["docs/ports.md"]],
    },
    rules: {
      type: "array",
      items: {
        type: "object",
        properties: {
          statement: line(500, 3),
          check: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$" },
        },
        required: ["statement", "check"],
        additionalProperties: false,
      },
      minItems: 1,
      maxItems: 50,
      description: "What the documents say, word for word, and the check of tutti.yaml that enforces it.",
      examples: [[{ statement: "Every service uses a registered port", check: "ports-registered" }]],
    },
    read_tool: tool('The tool that reads a file: it takes {"path": ...}.', "files.read_text_file"),
    write_tool: optionalTool('The tool that writes the report: it takes {"path": ..., "content": ...}.'),
    report: {
      ...line(500),
      default: "docs/enforced-rules.md",
      description: "The file that says which check stands for which rule, when there is a write_tool.",
    },
    review: choice(true, "Whether a person has to agree to the rules before they are enforced."),
    monitor_every: MONITOR_EVERY,
  },
  requirements: [
    {
      id: "documents",
      description: "the documents are there",
      severity: "blocking",
      check: { file: "${{ parameters.documents }}" },
    },
    {
      id: "reader",
      description: "the tool that reads them is there, and takes a path",
      severity: "blocking",
      check: { tool: "${{ parameters.read_tool }}", with: { path: "${{ parameters.documents[0] }}" } },
    },
    {
      id: "writer",
      description: "the tool that writes the report is there, and takes a path and a content",
      severity: "blocking",
      when: "${{ parameters.write_tool != '' }}",
      check: { tool: "${{ parameters.write_tool }}", with: { path: "${{ parameters.report }}", content: "" } },
    },
    {
      id: "checks-registered",
      description: "every rule has a check that tutti.yaml registers",
      severity: "blocking",
      check: { check: "${{ parameters.rules.map(rule, rule.check).distinct() }}", is: "registered" },
    },
    {
      id: "rules-hold",
      description: "every rule is kept now",
      severity: "warning",
      check: { check: "${{ parameters.rules.map(rule, rule.check).distinct() }}", is: "passing" },
    },
  ],
  workflow: {
    description: "Makes what the documents of ${{ component }} say a matter of checks.",
    error_policy: "fail_fast",
    steps: [
      { id: "rules", value: "${{ parameters.rules }}" },
      {
        id: "documents",
        type: "development",
        for_each: "${{ parameters.documents }}",
        tool: "${{ parameters.read_tool }}",
        with: { path: "${{ item }}" },
        effect: "read",
      },
      {
        id: "stated",
        type: "validation",
        validates: true,
        value: {
          valid:
            "${{ steps.rules.output.all(rule, steps.documents.output.exists(text, json(text).contains(json(rule.statement).substring(1, size(json(rule.statement)) - 1)))) }}",
          reason:
            "not stated in any document: ${{ steps.rules.output.filter(rule, !steps.documents.output.exists(text, json(text).contains(json(rule.statement).substring(1, size(json(rule.statement)) - 1)))).map(rule, rule.statement).join('; ') }}",
        },
      },
      {
        id: "review",
        when: "${{ parameters.review }}",
        needs: ["stated"],
        type: "validation",
        approval: { message: "Enforce these rules of ${{ component }}: ${{ steps.rules.output.map(rule, rule.statement).join('; ') }}?" },
      },
      {
        id: "enforce",
        needs: ["stated", "review"],
        type: "integration",
        each: "${{ parameters.rules }}",
        description: "${{ each.statement }}",
        check: "${{ each.check }}",
      },
      {
        id: "report",
        needs: ["enforce"],
        value:
          "# Rules of ${{ component }}\n\n| rule | enforced by |\n| --- | --- |\n${{ steps.rules.output.map(rule, '| ' + rule.statement + ' | check ' + rule.check + ' |').join('\\n') }}\n",
      },
      {
        id: "write",
        when: "${{ parameters.write_tool != '' }}",
        type: "deployment",
        tool: "${{ parameters.write_tool }}",
        with: { path: "${{ parameters.report }}", content: "${{ steps.report.output }}" },
        effect: "idempotent",
      },
    ],
    output: { component: "${{ component }}", report: "${{ steps.report.output }}" },
  },
  nextSteps: [
    "Say in each document which check enforces its rules",
    "Run the checks also where changes are made, so that nothing that breaks a rule gets in",
    "Serve (tutti serve): the rules are then checked again every ${{ parameters.monitor_every }}",
  ],
  monitoring: { interval: "${{ parameters.monitor_every }}", checks: ["rules-hold", "documents"] },
};
