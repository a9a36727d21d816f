import type { PatternDefinition } from "../../model/pattern.ts";
import { dataValidation } from "./data-validation.ts";
import { distributedSystemCoordination } from "./distributed-system-coordination.ts";
import { documentationToImplementationBridge } from "./documentation-to-implementation-bridge.ts";
import { infrastructureEnforcement } from "./infrastructure-enforcement.ts";
import { performanceMonitoring } from "./performance-monitoring.ts";
import { securityEnforcement } from "./security-enforcement.ts";

/** The patterns that come with Tutti. docs/patterns.md describes them. */
export const CATALOGUE: readonly PatternDefinition[] = [
  infrastructureEnforcement,
  documentationToImplementationBridge,
  distributedSystemCoordination,
  securityEnforcement,
  dataValidation,
  performanceMonitoring,
];
