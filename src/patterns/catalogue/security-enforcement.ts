import type { PatternDefinition } from "../../model/pattern.ts";
import { argumentsOf, checks, line, MONITOR_EVERY, optionalTool, tool } from "./parameter-specs.ts";

/** A change that has to do with security: agreed to, made once, proven, and undone when it proves nothing. */
export const securityEnforcement: PatternDefinition = {
  name: "security-enforcement",
  version: "1.0.0",
  description:
    "Makes a change that has to do with security the way an auditor wants it: the preconditions are checked before anything is touched, " +
    "somebody with one of the given roles agrees, the change is made once, the policies have to pass afterwards, and what was done is recorded whatever happened. " +
    "When the policies do not pass, the change is taken back. Use it for credentials, access rules, firewalls and certificates.",
  components: [
    "preconditions that are checked before anything is changed",
    "agreement of a second person, by role",
    "a change that is made once, and taken back when it does not help",
    "policies that have to pass afterwards",
    "evidence that is recorded after success and after failure",
  ],
  appliesTo: ["security-credentials", "network-security", "access-control", "certificates", "secrets", "encryption"],
  parameters: {
    preconditions: {
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,99}$" },
      maxItems: 50,
      uniqueItems: true,
      default: [],
      description: "Checks of tutti.yaml that have to pass before anything is changed, such as that there is a backup.",
    },
    policies: checks("Checks of tutti.yaml that have to pass after the change.", ["credentials-rotated"]),
    approvers: {
      type: "array",
      items: line(100),
      maxItems: 20,
      default: [],
      description: "The roles of which one is needed to agree. Anybody who may run workflows if empty.",
    },
    change_tool: tool("The tool that makes the change.", "vault.rotate"),
    change_with: argumentsOf("change_tool"),
    undo_tool: tool("The tool that takes the change back.", "vault.restore"),
    undo_with: argumentsOf("undo_tool"),
    evidence_tool: optionalTool('The tool that records what was done: it takes {"component": ..., "outcome": ..., "execution": ...}.'),
    monitor_every: MONITOR_EVERY,
  },
  requirements: [
    {
      id: "preconditions-registered",
      description: "the preconditions are checks that tutti.yaml registers",
      severity: "blocking",
      when: "${{ size(parameters.preconditions) > 0 }}",
      check: { check: "${{ parameters.preconditions }}", is: "registered" },
    },
    {
      id: "policies-registered",
      description: "the policies are checks that tutti.yaml registers",
      severity: "blocking",
      check: { check: "${{ parameters.policies }}", is: "registered" },
    },
    {
      id: "change",
      description: "the tool that makes the change is there, and takes its arguments",
      severity: "blocking",
      check: { tool: "${{ parameters.change_tool }}", with: "${{ parameters.change_with }}" },
    },
    {
      id: "undo",
      description: "the tool that takes the change back is there, and takes its arguments",
      severity: "blocking",
      check: { tool: "${{ parameters.undo_tool }}", with: "${{ parameters.undo_with }}" },
    },
    {
      id: "evidence",
      description: "the tool that records what was done is there, and takes it",
      severity: "blocking",
      when: "${{ parameters.evidence_tool != '' }}",
      check: { tool: "${{ parameters.evidence_tool }}", with: { component: "${{ component }}", outcome: "completed", execution: "none" } },
    },
    {
      id: "policies-hold",
      description: "${{ component }} keeps the policies now",
      severity: "warning",
      check: { check: "${{ parameters.policies }}", is: "passing" },
    },
  ],
  workflow: {
    description: "Changes ${{ component }} so that it keeps its policies, with agreement and evidence.",
    error_policy: "fail_fast",
    concurrency: { group: "security-enforcement-${{ component_id }}", limit: 1 },
    steps: [
      {
        id: "preconditions",
        when: "${{ size(parameters.preconditions) > 0 }}",
        type: "validation",
        each: "${{ parameters.preconditions }}",
        name: "Precondition ${{ each }}",
        check: "${{ each }}",
      },
      {
        id: "agreement",
        needs: ["preconditions"],
        type: "validation",
        approval: {
          message: "Change ${{ component }} with ${{ parameters.change_tool }}?",
          roles: "${{ parameters.approvers }}",
        },
      },
      {
        id: "change",
        needs: ["agreement"],
        type: "deployment",
        tool: "${{ parameters.change_tool }}",
        with: "${{ parameters.change_with }}",
        effect: "once",
        compensate: { tool: "${{ parameters.undo_tool }}", with: "${{ parameters.undo_with }}" },
      },
      {
        id: "policies",
        needs: ["change"],
        type: "validation",
        each: "${{ parameters.policies }}",
        name: "Policy ${{ each }}",
        check: "${{ each }}",
      },
    ],
    finally: [
      {
        id: "evidence",
        when: "${{ parameters.evidence_tool != '' }}",
        tool: "${{ parameters.evidence_tool }}",
        with: { component: "${{ component }}", outcome: "${{ execution.outcome }}", execution: "${{ execution.id }}" },
        effect: "idempotent",
      },
    ],
    output: { component: "${{ component }}", policies: "${{ parameters.policies }}", change: "${{ steps.change.output }}" },
  },
  nextSteps: [
    "Answer the agreement: tutti executions approve, or approve_execution",
    "Keep the id of the execution with the change: tutti executions events shows who agreed and what was done",
    "Serve (tutti serve): the policies are then checked again every ${{ parameters.monitor_every }}",
  ],
  monitoring: { interval: "${{ parameters.monitor_every }}", checks: ["policies-hold"] },
};
