/** The databases that keep the same contract, each fresh and empty. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseChoice } from '../../src/storage/open-database.ts';
import { freshMariaDb } from './engines.ts';

export interface StorageEngine {
  name: string;
  isSqlite: boolean;
  fresh(): Promise<{ choice: DatabaseChoice; drop(): Promise<void> }>;
}

const sqlite: StorageEngine = {
  name: 'SQLite',
  isSqlite: true,
  fresh() {
    const folder = mkdtempSync(join(tmpdir(), 'todoke-storage-'));
    const drop = () => Promise.resolve(rmSync(folder, { recursive: true, force: true }));
    return Promise.resolve({ choice: { kind: 'sqlite', file: join(folder, 'todoke.db') }, drop });
  },
};

const mariaDb: StorageEngine = {
  name: 'MariaDB',
  isSqlite: false,
  async fresh() {
    const { url, drop } = await freshMariaDb();
    return { choice: { kind: 'mysql', url }, drop };
  },
};

/** vitest.config.ts has looked whether the servers answer, and said so when they do not. */
export const storageEngines = process.env['TEST_SERVERS'] === 'yes' ? [sqlite, mariaDb] : [sqlite];
