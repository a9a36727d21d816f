import * as z from "zod";
import type { Json, JsonObject } from "../base/json.ts";

/** Any JSON value, taken as it is: looking at every part of a large output would cost more than the call. */
export const jsonValue: z.ZodType<Json> = z.unknown() as z.ZodType<Json>;

/** Any JSON object, its members taken as they are. */
export const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), z.unknown()) as unknown as z.ZodType<JsonObject>;
