import { createHash } from "node:crypto";
import type { State } from "../kit/state/state.ts";

/** A content that was tracked, by the names of the columns of its table. */
export interface TrackedContent {
  readonly content_id: string;
  readonly content_type: string;
  readonly template_id?: string;
  readonly word_count: number;
  readonly estimated_read_time: number;
  readonly source_count: number;
  readonly created_at: string;
  readonly performance_score: number;
}

export interface ContentStore {
  /** Replaces what was said of the same content before. Gives the id under which it is tracked: always the same for one content. */
  put(tenant: string, content: TrackedContent): string;
  find(tenant: string, contentId: string): TrackedContent | undefined;
  has(tenant: string, contentId: string): boolean;
  count(tenant: string): number;
  /** The ids of all contents of one type. */
  ofType(tenant: string, contentType: string): ReadonlySet<string>;
}

export function contentStore({ database }: State): ContentStore {
  const put = database.prepare(
    `INSERT INTO contents (tenant, content_id, tracking_id, content_type, template_id, word_count, estimated_read_time, source_count, created_at, performance_score)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT (tenant, content_id) DO UPDATE SET content_type = excluded.content_type, template_id = excluded.template_id,
       word_count = excluded.word_count, estimated_read_time = excluded.estimated_read_time, source_count = excluded.source_count,
       created_at = excluded.created_at, performance_score = excluded.performance_score`,
  );
  const find = database.prepare("SELECT * FROM contents WHERE tenant = ? AND content_id = ?");
  const count = database.prepare("SELECT count(*) AS n FROM contents WHERE tenant = ?");
  const ofType = database.prepare("SELECT content_id FROM contents WHERE tenant = ? AND content_type = ?");
  return {
    put(tenant, content) {
      const { content_id, content_type, template_id, word_count, estimated_read_time, source_count, created_at, performance_score } =
        content;
      const id = trackingId(tenant, content_id);
      const figures = [word_count, estimated_read_time, source_count];
      put.run(tenant, content_id, id, content_type, template_id ?? null, ...figures, created_at, performance_score);
      return id;
    },
    find(tenant, contentId) {
      const row = find.get(tenant, contentId);
      return row === undefined ? undefined : (row as unknown as TrackedContent);
    },
    has: (tenant, contentId) => find.get(tenant, contentId) !== undefined,
    count: (tenant) => Number(count.get(tenant)?.["n"]),
    ofType: (tenant, contentType) => new Set(ofType.all(tenant, contentType).map((row) => String(row["content_id"]))),
  };
}

function trackingId(tenant: string, contentId: string): string {
  const hash = createHash("sha256")
    .update(JSON.stringify([tenant, contentId]))
    .digest("hex");
  return `trk-${hash.slice(0, 16)}`;
}
