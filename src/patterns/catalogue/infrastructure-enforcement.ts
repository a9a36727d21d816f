import type { PatternDefinition } from "../../model/pattern.ts";
import { argumentsOf, check, checks, choice, MONITOR_EVERY, optionalTool, tool } from "./parameter-specs.ts";

/** Rules that a component keeps because it cannot start without keeping them. */
export const infrastructureEnforcement: PatternDefinition = {
  name: "infrastructure-enforcement",
  version: "1.0.0",
  description:
    "Makes a piece of infrastructure enforce its own rules, so that nobody has to remember them: puts the standards into force, checks that they hold, " +
    "demands that the start-up check passes before anything else happens, makes the component known in a registry over MCP, and keeps looking. " +
    "Use it for what goes wrong when somebody forgets: ports, connections, credentials, configuration.",
  components: [
    "active enforcement: a tool puts the standards into force, and registered checks say whether they hold",
    "MCP integration: the component is registered where others look it up",
    "mandatory validation: without its start-up check nothing is registered",
    "continuous monitoring: the standards are checked again for as long as the pattern is applied",
  ],
  appliesTo: [
    "port-management",
    "database-connections",
    "security-credentials",
    "service-discovery",
    "service-registration",
    "configuration-management",
    "resource-allocation",
    "network-security",
    "backup-recovery",
  ],
  parameters: {
    standards: checks("Checks of tutti.yaml that pass when the component keeps its rules.", ["connections-bounded"]),
    startup_check: check("The check of tutti.yaml that has to pass before the component may be used.", "startup-validation"),
    register_tool: tool("The tool that makes the component known to others.", "registry.register"),
    register_with: argumentsOf("register_tool"),
    enforce_tool: optionalTool("The tool that puts the standards into force."),
    enforce_with: argumentsOf("enforce_tool"),
    undo_tool: optionalTool("The tool that takes back what enforce_tool has done, when what follows fails."),
    undo_with: argumentsOf("undo_tool"),
    review: choice(false, "Whether a person has to agree before anything is changed."),
    monitor_every: MONITOR_EVERY,
  },
  requirements: [
    {
      id: "standards-registered",
      description: "the standards of ${{ component }} are checks that tutti.yaml registers",
      severity: "blocking",
      check: { check: "${{ parameters.standards }}", is: "registered" },
    },
    {
      id: "startup-check-registered",
      description: "the start-up check is registered in tutti.yaml",
      severity: "blocking",
      check: { check: "${{ parameters.startup_check }}", is: "registered" },
    },
    {
      id: "registry",
      description: "the registry can be asked, and takes what it would be told",
      severity: "blocking",
      check: { tool: "${{ parameters.register_tool }}", with: "${{ parameters.register_with }}" },
    },
    {
      id: "enforcer",
      description: "the tool that puts the standards into force is there, and takes its arguments",
      severity: "blocking",
      when: "${{ parameters.enforce_tool != '' }}",
      check: { tool: "${{ parameters.enforce_tool }}", with: "${{ parameters.enforce_with }}" },
    },
    {
      id: "undo",
      description: "the tool that takes the standards back is there, and takes its arguments",
      severity: "blocking",
      when: "${{ parameters.undo_tool != '' }}",
      check: { tool: "${{ parameters.undo_tool }}", with: "${{ parameters.undo_with }}" },
    },
    {
      id: "undo-of-something",
      description: "undo_tool is only named together with enforce_tool",
      severity: "blocking",
      check: { parameter: "${{ parameters.undo_tool == '' || parameters.enforce_tool != '' }}" },
    },
    {
      id: "standards-hold",
      description: "${{ component }} keeps its standards now",
      severity: "warning",
      check: { check: "${{ parameters.standards }}", is: "passing" },
    },
  ],
  workflow: {
    description: "Puts the standards of ${{ component }} into force, and lets it be used only when they hold.",
    error_policy: "fail_fast",
    steps: [
      {
        id: "review",
        when: "${{ parameters.review }}",
        type: "validation",
        approval: { message: "Put the standards ${{ parameters.standards.join(', ') }} into force for ${{ component }}?" },
      },
      {
        id: "enforce",
        when: "${{ parameters.enforce_tool != '' && parameters.undo_tool == '' }}",
        needs: ["review"],
        type: "deployment",
        tool: "${{ parameters.enforce_tool }}",
        with: "${{ parameters.enforce_with }}",
      },
      {
        id: "enforce",
        when: "${{ parameters.enforce_tool != '' && parameters.undo_tool != '' }}",
        needs: ["review"],
        type: "deployment",
        tool: "${{ parameters.enforce_tool }}",
        with: "${{ parameters.enforce_with }}",
        compensate: { tool: "${{ parameters.undo_tool }}", with: "${{ parameters.undo_with }}" },
      },
      {
        id: "standards",
        needs: ["review", "enforce"],
        type: "validation",
        each: "${{ parameters.standards }}",
        name: "Check ${{ each }}",
        check: "${{ each }}",
      },
      {
        id: "startup",
        needs: ["standards"],
        type: "validation",
        check: "${{ parameters.startup_check }}",
      },
      {
        id: "register",
        needs: ["startup"],
        type: "integration",
        tool: "${{ parameters.register_tool }}",
        with: "${{ parameters.register_with }}",
      },
    ],
    output: { component: "${{ component }}", standards: "${{ parameters.standards }}", registered: "${{ steps.register.output }}" },
  },
  nextSteps: [
    "Let ${{ component }} run the check ${{ parameters.startup_check }} whenever it starts, and not start without it",
    "Serve (tutti serve): the standards are then checked again every ${{ parameters.monitor_every }}",
    "Take what the checks enforce out of the instructions that people had to follow",
  ],
  monitoring: { interval: "${{ parameters.monitor_every }}", checks: ["standards-hold", "registry"] },
};
