/** The first schema. Never edited after its release: a change is a new file. Longer than most: every column once, as data. */
import { Table, type MigrationInterface, type QueryRunner, type TableColumnOptions } from 'typeorm';

type Kind = 'id' | 'instant' | 'count' | 'text' | 'blob' | 'double precision' | number;

/** Texts are compared byte by byte on every engine; SQLite does so by itself. */
const binary = { charset: 'utf8mb4', collation: 'utf8mb4_bin' };

/** `!` in front of a name: part of the primary key. `?` behind it: may be null. A number: a text of that length. */
function column([name, kind]: [string, Kind], isSqlite: boolean): TableColumnOptions {
  const plain = name.replace(/[!?]/g, '');
  const shared = { name: plain, isPrimary: name.startsWith('!'), isNullable: name.endsWith('?') };
  const words = { ...shared, ...(isSqlite ? {} : binary) };
  if (kind === 'id') return { ...words, type: 'varchar', length: '16' };
  if (typeof kind === 'number') return { ...words, type: 'varchar', length: String(kind) };
  if (kind === 'text') return { ...words, type: isSqlite ? 'text' : 'longtext' };
  if (kind === 'blob') return { ...shared, type: isSqlite ? 'blob' : 'longblob' };
  const types = { instant: 'bigint', count: 'int', 'double precision': 'double precision' } as const;
  return { ...shared, type: types[kind] };
}

interface Plan {
  columns: Record<string, Kind>;
  unique?: string[][];
  indexes?: string[][];
}

const tables: Record<string, Plan> = {
  signature: {
    columns: {
      '!id': 'id',
      campaign: 80,
      campaign_version: 16,
      source: 80,
      person_key: 43,
      'name?': 800,
      'email?': 254,
      'phone?': 16,
      'message?': 'text',
      language: 20,
      consents: 'text',
      signed_at: 'instant',
      accepted_at: 'instant',
      'erased_at?': 'instant',
    },
    unique: [['person_key']],
    indexes: [['campaign']],
  },
  intake_event: {
    columns: {
      '!id': 'id',
      event_key: 43,
      contents: 43,
      signature_id: 'id',
      is_repeat: 'count',
      received_at: 'instant',
      'withdrawn_at?': 'instant',
      'erased_at?': 'instant',
    },
    unique: [['event_key']],
    indexes: [['signature_id']],
  },
  source_key: {
    columns: {
      '!id': 'id',
      source: 80,
      hash: 43,
      scopes: 'text',
      'campaigns?': 'text',
      created_at: 'instant',
      'revoked_at?': 'instant',
    },
    unique: [['hash']],
  },
  letter: {
    columns: {
      '!id': 'id',
      signature_id: 'id',
      campaign: 80,
      campaign_version: 16,
      target: 80,
      language: 20,
      signer_domain: 255,
      state: 12,
      state_since: 'instant',
      moves: 'count',
      created_at: 'instant',
      due_at: 'instant',
      attempts: 'count',
      doubts: 'count',
      fence: 'count',
      own_words: 'count',
      'identity?': 8,
      'mailbox?': 254,
      'first_attempt_at?': 'instant',
      'accepted_at?': 'instant',
      'petition_id?': 'id',
    },
    unique: [['signature_id', 'target']],
    indexes: [['target', 'state', 'due_at'], ['state', 'due_at'], ['campaign', 'state'], ['petition_id']],
  },
  letter_history: {
    columns: {
      '!letter_id': 'id',
      '!seq': 'count',
      'from_state?': 12,
      to_state: 12,
      at: 'instant',
      reason: 120,
      'cause?': 32,
    },
  },
  letter_text: {
    columns: {
      '!campaign': 80,
      '!version': 16,
      '!target': 80,
      '!language': 20,
      compiled_at: 'instant',
      letter: 'text',
    },
  },
  attempt: {
    columns: {
      '!id': 'id',
      letter_id: 'id',
      target: 80,
      number: 'count',
      fence: 'count',
      started_at: 'instant',
      'ended_at?': 'instant',
      identity: 8,
      message_digest: 43,
      'verdict?': 12,
      'stage?': 10,
      'code?': 'count',
      'enhanced?': 12,
      'reply?': 1000,
    },
    unique: [['letter_id', 'number']],
    indexes: [['target', 'ended_at']],
  },
  channel: {
    columns: {
      '!target': 80,
      mode: 10,
      since: 'instant',
      reason: 400,
      next_release_at: 'instant',
      'probe_at?': 'instant',
      failed_probes: 'count',
    },
  },
  channel_switch: {
    columns: {
      '!id': 'id',
      target: 80,
      from_mode: 10,
      to_mode: 10,
      at: 'instant',
      switched_by: 80,
      rule: 80,
      reason: 400,
      confidence: 'double precision',
      evidence: 'text',
    },
    indexes: [['target', 'at']],
  },
  site: { columns: { '!id': 10, paused_until: 'instant', strikes: 'count', reason: 200 } },
  installation: { columns: { '!id': 10, kind: 10, since: 'instant' } },
  outcome: {
    columns: {
      '!id': 'id',
      letter_id: 'id',
      target: 80,
      signer_domain: 255,
      at: 'instant',
      trust: 20,
      stage: 10,
      'code?': 'count',
      'enhanced?': 12,
      text: 1000,
      class: 20,
      'attribution?': 10,
      rule: 80,
      own_words: 'count',
      cause: 'id',
    },
    indexes: [['letter_id'], ['target', 'at']],
  },
  returned_mail: {
    columns: {
      '!id': 'id',
      letter_id: 'id',
      hash: 43,
      received_at: 'instant',
      null_sender: 'count',
      raw: 'blob',
      'read_at?': 'instant',
      'kind?': 20,
      'effect?': 120,
    },
    unique: [['hash']],
    indexes: [['letter_id'], ['read_at']],
  },
  petition: {
    columns: {
      '!id': 'id',
      serial: 20,
      campaign: 80,
      campaign_version: 16,
      target: 80,
      state: 10,
      sealed_at: 'instant',
      sealed_by: 80,
      names: 'count',
      volumes: 'count',
      digest: 64,
      'files_at?': 'instant',
      'manifest?': 'text',
      'voided_at?': 'instant',
      'void_reason?': 400,
    },
    unique: [['serial']],
    indexes: [['campaign', 'target'], ['files_at']],
  },
  petition_place: {
    columns: { '!petition_id': 'id', '!number': 'count', letter_id: 'id', volume: 'count' },
    indexes: [['letter_id']],
  },
  hand_in: {
    columns: {
      '!id': 'id',
      petition_id: 'id',
      at: 'instant',
      outcome: 20,
      place: 200,
      'carrier?': 200,
      'reference?': 200,
      'note?': 2000,
      recorded_at: 'instant',
      recorded_by: 80,
    },
    indexes: [['petition_id']],
  },
};

export class First1780000000001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const isSqlite = runner.dataSource.options.type === 'better-sqlite3';
    for (const [name, plan] of Object.entries(tables)) {
      const named = (lists: string[][] = [], isUnique: boolean) =>
        lists.map((columnNames) => ({ name: `${name}_by_${columnNames.join('_')}`, columnNames, isUnique }));
      await runner.createTable(
        new Table({
          name,
          ...(isSqlite ? {} : { engine: 'InnoDB' }),
          columns: Object.entries(plan.columns).map((each) => column(each, isSqlite)),
          indices: [...named(plan.unique, true), ...named(plan.indexes, false)],
        }),
        // MySQL commits each table by itself: after a crash half-way the rest is made.
        true,
      );
    }
  }

  async down(runner: QueryRunner): Promise<void> {
    for (const name of Object.keys(tables).toReversed()) await runner.dropTable(name);
  }
}
