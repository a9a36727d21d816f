import type { Service } from "../../sqlite-service/service.ts";
import { customerService } from "./customer-service.ts";
import { fulfillmentService } from "./fulfillment-service.ts";
import { inventoryService } from "./inventory-service.ts";
import { notificationService } from "./notification-service.ts";
import { paymentService } from "./payment-service.ts";

/** All services of the shop, by the name that the workflow uses. */
export const services: Readonly<Record<string, Service>> = {
  inventory_service: inventoryService,
  customer_service: customerService,
  payment_service: paymentService,
  fulfillment_service: fulfillmentService,
  notification_service: notificationService,
};
