import { z } from "zod";

export const QUERY = z.string().min(1).max(50_000);

/** Values for the places of a statement. */
export const PARAMS = z
  .union([
    z.array(z.json()).max(1_000).describe("In the order of ?, or for $1, $2, ..."),
    z.record(z.string().min(1).max(100), z.json()).describe("By name, for :name"),
  ])
  .default([]);

/** One cell of a row: whole numbers beyond 2^53 and decimals come as text, bytes in Base64. */
export const ROWS = z.array(z.record(z.string(), z.json()));
