import * as z from "zod";

/** Customers as the old system has them. */
export const records = z.array(z.object({ id: z.int(), name: z.string(), phone: z.string(), address: z.string() }));

/** Customers as the new system wants them. */
export const customers = z.array(
  z.object({ id: z.int(), name: z.string(), phone: z.string().nullable(), street: z.string(), postcode: z.string(), city: z.string() }),
);
