/** Keys of sources: made once, shown once, stored hashed, scoped to campaigns. */
import { createHash, randomBytes } from 'node:crypto';
import { EntitySchema } from 'typeorm';
import type { Clock, Instant } from '../clock.ts';
import { base32hex, newId } from '../ids.ts';
import { id, instant, json, optional, primary, word } from '../storage/columns.ts';
import type { Database } from '../storage/database.ts';
import { insertRows } from '../storage/write-rows.ts';

/** `sign` pushes signatures, `read` sees numbers and channels, `personal` also sees who, `staff` acts. */
export const scopes = ['sign', 'read', 'personal', 'staff'] as const;
export type Scope = (typeof scopes)[number];

export interface SourceKey {
  id: string;
  /** Name of the front end; stands in the evidence of every consent it brings. */
  source: string;
  hash: string;
  scopes: readonly Scope[];
  /** Slugs of the campaigns it may touch; null means all. */
  campaigns: readonly string[] | null;
  createdAt: Instant;
  revokedAt: Instant | null;
}

export const sourceKeyTable = new EntitySchema<SourceKey>({
  name: 'source_key',
  columns: {
    id: primary(id),
    source: word(80),
    hash: word(43),
    scopes: json,
    campaigns: optional(json),
    createdAt: instant,
    revokedAt: optional(instant),
  },
});

/**
 * Makes a key `todoke_<id>_<secret>` with 160 random bits. Only its SHA-256 is stored: with that much
 * randomness a slow password hash would add nothing.
 */
export async function createSourceKey(
  needs: { database: Database; clock: Clock },
  wanted: Pick<SourceKey, 'source' | 'scopes' | 'campaigns'>,
): Promise<string> {
  const keyId = newId(needs.clock);
  const key = `todoke_${keyId}_${base32hex(randomBytes(20))}`;
  const row: SourceKey = { ...wanted, id: keyId, hash: hashOf(key), createdAt: needs.clock.now(), revokedAt: null };
  await needs.database.write((transaction) => insertRows(transaction, sourceKeyTable, [row]));
  return key;
}

/** The key's row, or undefined when it is unknown or revoked. Looked up by hash, so no secret is compared byte by byte. */
export async function findSourceKey(database: Database, key: string): Promise<SourceKey | undefined> {
  if (!/^todoke_[0-9a-v]{16}_[0-9a-v]{32}$/.test(key)) return undefined;
  const row = await database.read.findOneBy(sourceKeyTable, { hash: hashOf(key) });
  return row && row.revokedAt === null ? row : undefined;
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
