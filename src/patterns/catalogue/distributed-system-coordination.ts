import type { PatternDefinition } from "../../model/pattern.ts";
import { argumentsOf, check, MONITOR_EVERY, optionalTool, tool } from "./parameter-specs.ts";

/** The same rules on every machine, known to one registry. */
export const distributedSystemCoordination: PatternDefinition = {
  name: "distributed-system-coordination",
  version: "1.0.0",
  description:
    "Brings the same rules to every machine of a system: makes each machine known in one central registry, runs the enforcer on each of them, side by side, " +
    "checks that the system is consistent as a whole, and tells analytics. A machine that fails does not keep the others from going on. " +
    "Use it when several machines have to agree: service locations, ports, versions, resources.",
  components: [
    "a central registry that knows which machine keeps which rules",
    "a local enforcer on every machine",
    "communication over MCP, also with machines that have joined the cluster",
    "analytics that are told what was done",
  ],
  appliesTo: ["cluster", "service-discovery", "resource-allocation", "port-management", "configuration-management", "distributed-system"],
  parameters: {
    machines: {
      type: "array",
      items: { type: "string", pattern: "^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$" },
      minItems: 1,
      maxItems: 100,
      uniqueItems: true,
      description: "The machines, by their ids; the one that this process runs on is called local.",
      examples: [["local"]],
    },
    registry_tool: tool('The tool of the central registry: it takes {"component": ..., "machine": ...}.', "registry.join"),
    enforce_tool: tool("The tool that is run on every machine.", "enforcer.enforce"),
    enforce_with: argumentsOf("enforce_tool"),
    consistency_check: check("The check of tutti.yaml that passes when the system is consistent as a whole.", "cluster-consistent"),
    analytics_tool: optionalTool('The tool that is told of the result: it takes {"component": ..., "machines": ..., "succeeded": ...}.'),
    monitor_every: MONITOR_EVERY,
  },
  requirements: [
    {
      id: "machines-online",
      description: "every machine is there",
      severity: "blocking",
      check: { machine: "${{ parameters.machines }}" },
    },
    {
      id: "registry",
      description: "the central registry can be asked, and takes a component and a machine",
      severity: "blocking",
      check: { tool: "${{ parameters.registry_tool }}", with: { component: "${{ component }}", machine: "${{ parameters.machines[0] }}" } },
    },
    {
      id: "enforcer",
      description: "the enforcer is there, and takes its arguments",
      severity: "blocking",
      check: { tool: "${{ parameters.enforce_tool }}", with: "${{ parameters.enforce_with }}" },
    },
    {
      id: "consistency-check-registered",
      description: "the check of the whole system is registered in tutti.yaml",
      severity: "blocking",
      check: { check: "${{ parameters.consistency_check }}", is: "registered" },
    },
    {
      id: "analytics",
      description: "the tool of analytics is there, and takes a result",
      severity: "warning",
      when: "${{ parameters.analytics_tool != '' }}",
      check: {
        tool: "${{ parameters.analytics_tool }}",
        with: { component: "${{ component }}", machines: "${{ parameters.machines }}", succeeded: true },
      },
    },
    {
      id: "consistent",
      description: "the system is consistent now",
      severity: "warning",
      check: { check: "${{ parameters.consistency_check }}", is: "passing" },
    },
  ],
  workflow: {
    description: "Brings the rules of ${{ component }} to ${{ size(parameters.machines) }} machine(s).",
    error_policy: "allow_partial",
    steps: [
      {
        id: "join",
        each: "${{ parameters.machines }}",
        name: "Make ${{ each }} known",
        type: "integration",
        tool: "${{ parameters.registry_tool }}",
        with: { component: "${{ component }}", machine: "${{ each }}" },
        effect: "idempotent",
      },
      {
        id: "enforce",
        each: "${{ parameters.machines }}",
        name: "Enforce on ${{ each }}",
        needs: ["join"],
        type: "deployment",
        target_machines: ["${{ each }}"],
        tool: "${{ parameters.enforce_tool }}",
        with: "${{ parameters.enforce_with }}",
      },
      {
        id: "consistent",
        needs: ["enforce"],
        type: "validation",
        check: "${{ parameters.consistency_check }}",
      },
    ],
    finally: [
      {
        id: "analytics",
        when: "${{ parameters.analytics_tool != '' }}",
        tool: "${{ parameters.analytics_tool }}",
        with: {
          component: "${{ component }}",
          machines: "${{ parameters.machines }}",
          succeeded: "${{ execution.outcome == 'completed' }}",
        },
        effect: "idempotent",
      },
    ],
    output: { component: "${{ component }}", machines: "${{ parameters.machines }}" },
  },
  nextSteps: [
    "Look at the steps of the execution: a machine whose step has failed keeps none of the rules yet; retry it when it is back",
    "Let new machines join the cluster (tutti machine --join), and apply the pattern again with them",
    "Serve (tutti serve): machines and consistency are then checked again every ${{ parameters.monitor_every }}",
  ],
  monitoring: { interval: "${{ parameters.monitor_every }}", checks: ["machines-online", "consistent"] },
};
