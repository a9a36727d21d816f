import * as z from "zod";
import { defineTool, type Service } from "../../sqlite-service/service.ts";
import { records } from "./records.ts";

const input = z.object({ records });

const tidyNames = defineTool({
  name: "tidy_names",
  description: "Writes names as names are written.",
  effect: "reads",
  input,
  output: z.object({ names: z.array(z.string()) }),
  run: (_, { records: given }) => ({ names: given.map(({ name }) => name.trim().split(/\s+/).map(capitalized).join(" ")) }),
});

const tidyPhones = defineTool({
  name: "tidy_phones",
  description: "Writes telephone numbers as E.164 has them; null for what is none.",
  effect: "reads",
  input,
  output: z.object({ phones: z.array(z.string().nullable()) }),
  run: (_, { records: given }) => ({ phones: given.map(({ phone }) => e164(phone)) }),
});

const splitAddresses = defineTool({
  name: "split_addresses",
  description: "Takes addresses apart: street, postcode, city.",
  effect: "reads",
  input,
  output: z.object({ addresses: z.array(z.object({ street: z.string(), postcode: z.string(), city: z.string() })) }),
  run: (_, { records: given }) => ({
    addresses: given.map(({ address }) => {
      const [, street = address, postcode = "", city = ""] = /^(.*), (\S+) (.*)$/.exec(address) ?? [];
      return { street, postcode, city };
    }),
  }),
});

/** Computes, and remembers nothing. */
export const transformService: Service = {
  title: "Transform service",
  store: { name: "transform", schema: "", seed: () => undefined },
  tools: [tidyNames, tidyPhones, splitAddresses],
};

function capitalized(word: string): string {
  return word.slice(0, 1).toUpperCase() + word.slice(1).toLowerCase();
}

function e164(phone: string): string | null {
  const digits = phone.replaceAll(/[^\d+]/g, "");
  const international = digits.startsWith("0") ? `+44${digits.slice(1)}` : digits;
  return /^\+\d{8,15}$/.test(international) ? international : null;
}
