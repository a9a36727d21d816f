import type { Service } from "../../sqlite-service/service.ts";
import { emailService } from "./email-service.ts";
import { trackingService } from "./tracking-service.ts";
import { userService } from "./user-service.ts";
import { welcomeService } from "./welcome-service.ts";

/** All services of onboarding, by the name that the workflow uses. */
export const services: Readonly<Record<string, Service>> = {
  user_service: userService,
  email_service: emailService,
  welcome_service: welcomeService,
  tracking_service: trackingService,
};
