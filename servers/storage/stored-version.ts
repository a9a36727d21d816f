/** One version of a file. */
export interface StoredVersion {
  readonly path: string;
  readonly version: number;
  readonly sha256: string;
  readonly bytes: number;
  readonly replication: number;
  readonly sealed: boolean;
  readonly metadata: Metadata;
  readonly at: string;
}

export type Metadata = Readonly<Record<string, string | number | boolean>>;

/** What is kept of a tenant under one hash. */
export interface StoredObject {
  readonly tenant: string;
  readonly sha256: string;
  readonly bytes: number;
  /** How many zones should have it. */
  readonly replication: number;
}

/** Of all tenants. */
export interface Totals {
  readonly files: number;
  readonly versions: number;
  readonly bytes: number;
  readonly backups: number;
}
