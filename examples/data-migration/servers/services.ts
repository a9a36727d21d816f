import type { Service } from "../../sqlite-service/service.ts";
import { qualityService } from "./quality-service.ts";
import { reportService } from "./report-service.ts";
import { sourceService } from "./source-service.ts";
import { targetService } from "./target-service.ts";
import { transformService } from "./transform-service.ts";

/** All services of the migration, by the name that the workflow uses. */
export const services: Readonly<Record<string, Service>> = {
  source_service: sourceService,
  transform_service: transformService,
  quality_service: qualityService,
  target_service: targetService,
  report_service: reportService,
};
