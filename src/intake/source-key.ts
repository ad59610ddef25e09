/** Keys of sources: made once, shown once, stored hashed, scoped to campaigns. */
import { createHash, randomBytes } from 'node:crypto';
import { EntitySchema, IsNull, Not } from 'typeorm';
import type { Clock, Instant } from '../clock.ts';
import { AppError } from '../errors.ts';
import { base32hex, newId } from '../ids.ts';
import { id, instant, json, optional, primary, word } from '../storage/columns.ts';
import type { Database } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
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
  /**
   * Sites whose pages may use it in their visitors' browsers, such as `https://example.org`. Null: a secret of a server.
   * Everybody can read a key that stands in a page, so such a key only signs.
   */
  origins: readonly string[] | null;
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
    origins: optional(json),
    createdAt: instant,
    revokedAt: optional(instant),
  },
});

/**
 * Makes a key `todoke_<id>_<secret>` with 160 random bits. Only its SHA-256 is stored: with that much
 * randomness a slow password hash would add nothing. Throws `invalid` for a key with origins that may do more than sign.
 */
export async function createSourceKey(
  needs: { database: Database; clock: Clock },
  wanted: Pick<SourceKey, 'source' | 'scopes' | 'campaigns'> & Partial<Pick<SourceKey, 'origins'>>,
): Promise<string> {
  const origins = wanted.origins?.map(readOrigin) ?? null;
  if (origins && wanted.scopes.some((scope) => scope !== 'sign'))
    throw new AppError(
      'invalid',
      'A key with origins stands in pages where everybody reads it: give it the scope sign alone.',
    );
  const keyId = newId(needs.clock);
  const key = `todoke_${keyId}_${base32hex(randomBytes(20))}`;
  const row: SourceKey = {
    ...wanted,
    origins,
    id: keyId,
    hash: hashOf(key),
    createdAt: needs.clock.now(),
    revokedAt: null,
  };
  await needs.database.write((transaction) => insertRows(transaction, sourceKeyTable, [row]));
  return key;
}

/** The key's row, or undefined when it is unknown or revoked. Looked up by hash, so no secret is compared byte by byte. */
export async function findSourceKey(database: Database, key: string): Promise<SourceKey | undefined> {
  if (!/^todoke_[0-9a-v]{16}_[0-9a-v]{32}$/.test(key)) return undefined;
  const row = await database.read.findOneBy(sourceKeyTable, { hash: hashOf(key) });
  return row && row.revokedAt === null ? row : undefined;
}

/** All keys for browsers that are not revoked. There are as many as partner sites. */
export function browserKeys(database: Database): Promise<SourceKey[]> {
  return database.read.findBy(sourceKeyTable, { origins: Not(IsNull()), revokedAt: IsNull() });
}

/** An origin as browsers write it (RFC 6454 §6.1). Throws `invalid` for anything more or less. */
function readOrigin(text: string): string {
  const url = URL.parse(text);
  if (url && /^https?:$/.test(url.protocol) && text.replace(/\/$/, '').toLowerCase() === url.origin) return url.origin;
  throw new AppError('invalid', 'An origin is scheme and host, with a port where it has its own: https://example.org.');
}

/** Every key, the newest first, revoked ones among them: who brought a signature stays known. */
export async function listSourceKeys(database: Database): Promise<SourceKey[]> {
  return database.read.find(sourceKeyTable, { order: { id: 'DESC' } });
}

/**
 * Ends a key. What it brought stays; a process that just saw it may take it for some seconds more. Throws
 * `not-found`.
 */
export async function revokeSourceKey(
  { database, clock }: { database: Database; clock: Clock },
  keyId: string,
): Promise<void> {
  await database.write(async (transaction) => {
    const key = await transaction.findOne(sourceKeyTable, { where: { id: keyId }, ...locked(transaction) });
    if (!key) throw new AppError('not-found', 'There is no such key: `todoke key list` shows them all.');
    if (key.revokedAt !== null) return;
    await transaction.update(sourceKeyTable, { id: keyId }, { revokedAt: clock.now() });
  });
}

function hashOf(key: string): string {
  return createHash('sha256').update(key).digest('base64url');
}
