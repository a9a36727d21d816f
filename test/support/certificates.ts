import { generateKeyPairSync, type KeyObject, randomBytes, sign } from "node:crypto";
import { join } from "node:path";
import { writeFileSync } from "node:fs";

/** An authority of a test. */
export interface Authority {
  /** PEM. */
  readonly certificate: string;
  issue(wishes?: CertificateWishes): Certificate;
}

/** A certificate with its key, both PEM. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

export interface CertificateWishes {
  /** Default: of this machine, by name and address. */
  readonly names?: readonly string[];
  /** Default: since yesterday. */
  readonly from?: Date;
  /** Default: until tomorrow. */
  readonly until?: Date;
}

/** Makes an authority; whoever believes it believes what it issues. */
export function createAuthority(name = "Test authority"): Authority {
  const own = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const issuer = distinguishedName(name);
  const extensions = [extension(OID.basicConstraints, sequence(TRUE)), extension(OID.keyUsage, bitString(Buffer.of(0x06)))];
  return {
    certificate: certificatePem({ issuer, subject: issuer, publicKey: own.publicKey, extensions }, own.privateKey),
    issue: (wishes = {}) => {
      const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
      const names = wishes.names ?? ["localhost", "127.0.0.1"];
      const subject = distinguishedName(names[0] ?? "nobody");
      const alternatives = extension(OID.subjectAltName, sequence(...names.map(generalName)));
      const certificate = certificatePem({ issuer, subject, publicKey, extensions: [alternatives], ...wishes }, own.privateKey);
      return { certificate, key: privatePem(privateKey) };
    },
  };
}

/** A certificate that vouches for itself. */
export function selfSigned(): Certificate {
  const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const subject = distinguishedName("localhost");
  const extensions = [extension(OID.subjectAltName, sequence(generalName("localhost"), generalName("127.0.0.1")))];
  return { certificate: certificatePem({ issuer: subject, subject, publicKey, extensions }, privateKey), key: privatePem(privateKey) };
}

/** Writes a certificate and its key into a directory. */
export function writeCertificate(
  directory: string,
  name: string,
  { certificate, key }: Certificate,
): { certFile: string; keyFile: string } {
  const certFile = writePem(directory, `${name}.pem`, certificate);
  return { certFile, keyFile: writePem(directory, `${name}.key`, key) };
}

export function writePem(directory: string, file: string, pem: string): string {
  const path = join(directory, file);
  writeFileSync(path, pem);
  return path;
}

const DAY_MS = 86_400_000;

const OID = {
  commonName: [2, 5, 4, 3],
  ecdsaWithSha256: [1, 2, 840, 10_045, 4, 3, 2],
  keyUsage: [2, 5, 29, 15],
  subjectAltName: [2, 5, 29, 17],
  basicConstraints: [2, 5, 29, 19],
} as const;

interface CertificateParts {
  readonly issuer: Buffer;
  readonly subject: Buffer;
  readonly publicKey: KeyObject;
  readonly extensions: readonly Buffer[];
  readonly from?: Date;
  readonly until?: Date;
}

/** X.509, as RFC 5280 has it, in DER. */
function certificatePem(parts: CertificateParts, signer: KeyObject): string {
  const { issuer, subject, publicKey, extensions, from = new Date(Date.now() - DAY_MS), until = new Date(Date.now() + DAY_MS) } = parts;
  const algorithm = sequence(objectId(OID.ecdsaWithSha256));
  const signed = sequence(
    tagged(0xa0, integer(Buffer.of(2))),
    integer(Buffer.concat([Buffer.of(1), randomBytes(8)])),
    algorithm,
    issuer,
    sequence(time(from), time(until)),
    subject,
    publicKey.export({ type: "spki", format: "der" }),
    tagged(0xa3, sequence(...extensions)),
  );
  return pem("CERTIFICATE", sequence(signed, algorithm, bitString(sign("sha256", signed, signer))));
}

function pem(label: string, der: Buffer): string {
  const lines = der.toString("base64").match(/.{1,64}/g) ?? [];
  return `-----BEGIN ${label}-----\n${lines.join("\n")}\n-----END ${label}-----\n`;
}

function privatePem(key: KeyObject): string {
  return key.export({ type: "pkcs8", format: "pem" }).toString();
}

function distinguishedName(name: string): Buffer {
  return sequence(tagged(0x31, sequence(objectId(OID.commonName), tagged(0x0c, Buffer.from(name, "utf8")))));
}

function generalName(name: string): Buffer {
  const address = /^\d+\.\d+\.\d+\.\d+$/.test(name);
  return address ? tagged(0x87, Buffer.from(name.split(".").map(Number))) : tagged(0x82, Buffer.from(name, "ascii"));
}

function extension(id: readonly number[], value: Buffer): Buffer {
  return sequence(objectId(id), TRUE, tagged(0x04, value));
}

const TRUE = Buffer.of(0x01, 0x01, 0xff);

/** GeneralizedTime takes every year. */
function time(date: Date): Buffer {
  return tagged(0x18, Buffer.from(date.toISOString().replace(/\.\d+|[-:T]/g, ""), "ascii"));
}

function integer(bytes: Buffer): Buffer {
  return tagged(0x02, bytes);
}

function bitString(bytes: Buffer): Buffer {
  return tagged(0x03, Buffer.concat([Buffer.of(0), bytes]));
}

function objectId([first = 0, second = 0, ...rest]: readonly number[]): Buffer {
  return tagged(0x06, Buffer.from([first * 40 + second, ...rest.flatMap(base128)]));
}

function base128(value: number): number[] {
  const digits = [value & 0x7f];
  for (let left = value >> 7; left > 0; left >>= 7) digits.unshift((left & 0x7f) | 0x80);
  return digits;
}

function sequence(...parts: readonly Buffer[]): Buffer {
  return tagged(0x30, Buffer.concat(parts));
}

function tagged(tag: number, content: Buffer): Buffer {
  const { length } = content;
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >> 8, length & 0xff];
  return Buffer.concat([Buffer.of(tag, ...size), content]);
}
