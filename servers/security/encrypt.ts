import { z } from "zod";
import { defineTool, type ToolPlan, type ToolScope } from "../kit/define-tool.ts";
import { type Exchange, exchangeName } from "../kit/files/exchange.ts";
import { refuse } from "../kit/reference-server.ts";
import { actorOf, writeAudit } from "./audit-events.ts";
import type { AuditLog } from "./audit-log.ts";
import type { KeyRing, SealingKey } from "./key-ring.ts";
import { type KeyFor, openFile, openText, sealAnew, sealFile, sealText } from "./seal-file.ts";

const TEXT_CHARACTERS_MAX = 65_536;
const ENDING = ".sealed";

const input = z.strictObject({
  operation: z
    .enum(["encrypt", "decrypt", "rotate", "reseal"])
    .default("encrypt")
    .describe(
      "encrypt seals, decrypt opens, rotate makes a new key for what is sealed from now on, reseal seals a sealed file with the newest key",
    ),
  file: exchangeName.optional().describe("Name of the file in the exchange; or text"),
  output_file: exchangeName.optional().describe(`What the new file is called. Default: the name with ${ENDING} at its end, or without`),
  text: z
    .string()
    .max(TEXT_CHARACTERS_MAX)
    .refine((text) => text.isWellFormed(), "is no Unicode text")
    .optional()
    .describe("A short text to be sealed, instead of a file"),
  sealed_text: z.string().min(1).max(400_000).optional().describe("To be opened, instead of a file: what encrypt gave for a text"),
  path: z
    .string()
    .min(1)
    .max(500)
    .regex(/^[^\p{Cc}\p{Cs}]+$/u, "has no control characters")
    .optional()
    .describe(
      "Where it belongs, such as /models/x.onnx. It is sealed into the file, and a file that belongs elsewhere is not opened. Default for encrypt: the name of the file",
    ),
  key_id: z
    .string()
    .max(64)
    .optional()
    .describe("For encrypt: refuse unless this is the newest key. For decrypt: refuse unless it was sealed with this one"),
});

const output = z.object({
  algorithm: z.literal("AES-256-GCM").describe("With 256-bit keys, random nonces of 96 bits, and tags of 128"),
  key_id: z.string().describe("The key: of rotate and encrypt the newest one"),
  path: z.string().optional().describe("Where it belongs"),
  file: z.string().optional().describe("Name in the exchange"),
  bytes: z.int().optional().describe("Size of the file"),
  sha256: z.string().optional().describe("Hash of the file, in hexadecimal"),
  text: z.string().optional().describe("What was sealed"),
  sealed_text: z.string().optional().describe("The sealed text, in base64url"),
  keys: z
    .array(z.object({ key_id: z.string().describe("Its name"), made_at: z.string().describe("ISO") }))
    .optional()
    .describe("The newest 100 keys of the tenant, newest first"),
  previous_key_id: z.string().optional().describe("Of reseal: the key with which it was sealed before"),
});

export interface EncryptPorts {
  readonly ring: KeyRing;
  readonly exchange: Exchange;
  readonly log: AuditLog;
}

type Asked = z.output<typeof input>;
type Answer = z.input<typeof output>;

export function encrypt(ports: EncryptPorts): ToolPlan {
  return defineTool({
    name: "encrypt",
    title: "Seal and open files",
    description:
      "Seals a file of the exchange, or a short text, with the newest key of the tenant (AES-256-GCM), and opens what was sealed. Keys never leave this server; old ones stay for opening.",
    effect: "repeatable",
    // An opened text is nothing that should be found in a file; sealed again, it is as good.
    keepsAnswer: false,
    destructive: true,
    input,
    output,
    run: async (asked, scope) => {
      const event = {
        type: "encryption",
        actor: actorOf(scope),
        action: asked.operation,
        resource: asked.path ?? asked.file ?? "",
      } as const;
      try {
        const answer = await work(asked, ports, scope);
        writeAudit(ports.log, { ...event, resource: answer.path ?? event.resource, outcome: "success", details: factsOf(answer) }, scope);
        return answer;
      } catch (error) {
        if (!scope.signal.aborted) writeAudit(ports.log, { ...event, outcome: "failure" }, scope);
        throw error;
      }
    },
  });
}

function factsOf({ key_id, file, sha256 }: Answer): object {
  return { key_id, ...(file === undefined ? {} : { file, sha256 }) };
}

async function work(asked: Asked, ports: EncryptPorts, scope: ToolScope): Promise<Answer> {
  const { tenant } = scope;
  refuseMixture(asked);
  switch (asked.operation) {
    case "rotate": {
      const { keyId } = ports.ring.rotate(tenant, scope.key);
      return { algorithm: "AES-256-GCM", key_id: keyId, keys: [...ports.ring.list(tenant)] };
    }
    case "encrypt":
      return await seal(asked, ports, scope);
    case "decrypt":
      return await unseal(asked, ports, scope);
    case "reseal": {
      const { file = "", output_file: name = file } = asked;
      const key = ports.ring.current(tenant);
      const from = ports.exchange.existing(tenant, file);
      return await written(ports.exchange, { tenant, name }, async (to) => {
        const { path, keyId: previous } = await sealAnew({ from, to }, keyFor(asked, ports.ring, tenant), key, scope.signal);
        return { algorithm: "AES-256-GCM", key_id: key.keyId, path, previous_key_id: previous };
      });
    }
  }
}

const TAKEN: Readonly<Record<Asked["operation"], readonly (readonly (keyof Asked)[])[]>> = {
  encrypt: [["file"], ["text"]],
  decrypt: [["file"], ["sealed_text"]],
  reseal: [["file"]],
  rotate: [[]],
};

/** Exactly one thing to work on, and one that fits. */
function refuseMixture(asked: Asked): void {
  const given = (["file", "text", "sealed_text"] as const).filter((name) => asked[name] !== undefined);
  const taken = TAKEN[asked.operation];
  if (taken.some((names) => names.join() === given.join())) return;
  const wanted = taken.map((names) => (names.length === 0 ? "nothing" : names.join())).join(" or ");
  throw refuse(`${asked.operation} takes ${wanted}${given.length === 0 ? "" : `, and was given ${given.join(" and ")}`}`);
}

async function seal(asked: Asked, { ring, exchange }: EncryptPorts, { tenant, signal }: ToolScope): Promise<Answer> {
  const key = ring.current(tenant);
  if (asked.key_id !== undefined && asked.key_id !== key.keyId)
    throw refuse(`the newest key is "${key.keyId}": nothing is sealed with another one`);
  const path = asked.path ?? asked.file;
  if (path === undefined) throw refuse("a text needs a path that says where it belongs");
  const sealed = { algorithm: "AES-256-GCM", key_id: key.keyId, path } as const;
  if (asked.file === undefined) return { ...sealed, sealed_text: sealText(asked.text ?? "", { tenant, path }, key).toString("base64url") };
  const from = exchange.existing(tenant, asked.file);
  return await written(exchange, { tenant, name: asked.output_file ?? `${asked.file}${ENDING}` }, async (to) => {
    await sealFile({ from, to }, { tenant, path }, key, signal);
    return sealed;
  });
}

async function unseal(asked: Asked, { ring, exchange }: EncryptPorts, { tenant, signal }: ToolScope): Promise<Answer> {
  const find = keyFor(asked, ring, tenant);
  if (asked.file === undefined) {
    const { header, text } = openText(bytesOf(asked.sealed_text ?? ""), find);
    return { algorithm: "AES-256-GCM", key_id: header.keyId, path: header.path, text };
  }
  const { file } = asked;
  const name = asked.output_file ?? (file.endsWith(ENDING) && file !== ENDING ? file.slice(0, -ENDING.length) : undefined);
  if (name === undefined) throw refuse(`output_file is missing: "${file}" does not end with ${ENDING}`);
  const from = exchange.existing(tenant, file);
  return await written(exchange, { tenant, name }, async (to) => {
    const header = await openFile({ from, to }, find, signal);
    return { algorithm: "AES-256-GCM", key_id: header.keyId, path: header.path };
  });
}

function keyFor({ path, key_id: keyId }: Asked, ring: KeyRing, tenant: string): KeyFor {
  return (header): SealingKey => {
    if (header.tenant !== tenant) throw refuse("it was sealed for another tenant");
    if (path !== undefined && header.path !== path) throw refuse(`it belongs to "${header.path.slice(0, 200)}", not to "${path}"`);
    if (keyId !== undefined && header.keyId !== keyId) throw refuse(`it was sealed with the key "${header.keyId}"`);
    const key = ring.find(tenant, header.keyId);
    if (key === undefined) throw refuse(`there is no key "${header.keyId}" here: it was sealed elsewhere`);
    return key;
  };
}

async function written(
  exchange: Exchange,
  { tenant, name }: { tenant: string; name: string },
  writing: (to: string) => Promise<Answer>,
): Promise<Answer> {
  const facts: Answer[] = [];
  const file = await exchange.write(tenant, name, async (to) => void facts.push(await writing(to)));
  const [answer] = facts;
  if (answer === undefined) throw new Error("nothing was written");
  return { ...answer, ...file };
}

function bytesOf(text: string): Buffer {
  if (!/^[A-Za-z0-9_-]+$/.test(text)) throw refuse("sealed_text is no base64url");
  return Buffer.from(text, "base64url");
}
