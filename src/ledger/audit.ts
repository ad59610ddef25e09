/** The audit: proves on the rows that every accepted signature is in exactly one place, and shows the ledger. */
import { Not } from 'typeorm';
import { createNamesDigest } from '../petitions/names-digest.ts';
import { namesOnPetition } from '../petitions/names-on-petition.ts';
import { petitionTable, type Petition } from '../petitions/petition-table.ts';
import type { Database } from '../storage/database.ts';
import { invariants } from './invariants.ts';

export interface AuditFinding {
  /** Number of the invariant in the design, and what it says. */
  invariant: string;
  /** How many rows break it. */
  violations: number;
  /** Ids of the first few, for whoever has to look. */
  examples: readonly string[];
}

export interface Ledger {
  signatures: number;
  /** Events of people who had signed before. */
  repeats: number;
  letters: Record<string, number>;
  attempts: Record<string, number>;
  /** Letters that may have arrived twice, always with the same bytes. */
  doubled: number;
  petitions: Record<string, number>;
  names: number;
}

export interface AuditResult {
  ok: boolean;
  findings: readonly AuditFinding[];
  ledger: Ledger;
}

/** Checks every invariant. Reads only; safe on a running service, since each check is one statement. */
export async function audit(database: Database): Promise<AuditResult> {
  const findings: AuditFinding[] = [];
  for (const { says, broken } of invariants) {
    const rows: { id: string }[] = await database.read.query(broken);
    findings.push({ invariant: says, violations: rows.length, examples: rows.slice(0, 5).map((row) => row.id) });
  }
  findings.push(await digestsHold(database));
  return { ok: findings.every((finding) => finding.violations === 0), findings, ledger: await readLedger(database) };
}

/** Every sealed list still has the digest that stands on the paper. Lists with an erased name can no longer be checked. */
async function digestsHold(database: Database): Promise<AuditFinding> {
  const wrong: string[] = [];
  const sealed = await database.read.find(petitionTable, {
    select: { id: true, digest: true, names: true },
    where: { digest: Not(unsealed) },
  });
  for (const petition of sealed) if (!(await digestHolds(database, petition))) wrong.push(petition.id);
  return {
    invariant: '5. the names of a sealed petition are the ones its digest was made of',
    violations: wrong.length,
    examples: wrong.slice(0, 5),
  };
}

/** The digest of a petition that was never sealed. */
const unsealed = '';

async function digestHolds(database: Database, petition: Pick<Petition, 'id' | 'digest' | 'names'>): Promise<boolean> {
  const digest = createNamesDigest();
  for await (const { name } of namesOnPetition(database.read, petition)) {
    if (name === null) return true;
    digest.add(name);
  }
  return digest.hex() === petition.digest;
}

async function readLedger(database: Database): Promise<Ledger> {
  const by = async (table: string, column: string): Promise<Record<string, number>> => {
    const rows: { k: string | null; n: number }[] = await database.read.query(
      `select ${column} as k, count(*) as n from ${table} group by ${column} order by ${column}`,
    );
    return Object.fromEntries(rows.map((row) => [row.k ?? 'under way', Number(row.n)]));
  };
  const one = async (sql: string): Promise<number> => {
    const rows: { n: number | null }[] = await database.read.query(sql);
    return Number(rows[0]?.n ?? 0);
  };
  return {
    signatures: await one('select count(*) as n from signature'),
    repeats: await one('select count(*) as n from intake_event where is_repeat = 1'),
    letters: await by('letter', 'state'),
    attempts: await by('attempt', 'verdict'),
    doubled: await one(
      `select count(*) as n from (select letter_id from attempt where verdict in ('accepted', 'in_doubt') or verdict is null group by letter_id having count(*) > 1 and sum(case when verdict = 'accepted' then 1 else 0 end) > 0) as doubled`,
    ),
    petitions: await by('petition', 'state'),
    names: await one(`select sum(names) as n from petition where state <> 'void'`),
  };
}
