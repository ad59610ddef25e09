/** Channels: how each target is reached now, and every switch with the evidence that caused it. */
import { EntitySchema } from 'typeorm';
import type { Instant } from '../clock.ts';
import { count, id, instant, json, optional, primary, word } from '../storage/columns.ts';
import type { Transaction } from '../storage/database.ts';
import { locked } from '../storage/locking.ts';
import { insertRows } from '../storage/write-rows.ts';

/** `mail` at full pace, `slowed` at a quarter, `hand` compiles names, `probing` tries real letters. */
export const channelModes = ['mail', 'slowed', 'hand', 'probing'] as const;
export type ChannelMode = (typeof channelModes)[number];

export interface Channel {
  target: string;
  mode: ChannelMode;
  since: Instant;
  /** One sentence that explains the mode to staff. */
  reason: string;
  /** The smooth bucket: no letter is released before. */
  nextReleaseAt: Instant;
  /** When a shut channel is tried again. */
  probeAt: Instant | null;
  /** Probes in a row that failed; each makes the next wait longer. */
  failedProbes: number;
}

export interface ChannelSwitch {
  id: string;
  target: string;
  from: ChannelMode;
  to: ChannelMode;
  at: Instant;
  /** `rule` or the name of the key that overrode it. */
  by: string;
  rule: string;
  reason: string;
  /** 0 to 1; what it means is written with the rule. */
  confidence: number;
  evidence: SwitchEvidence;
}

/** What was counted, with the outcomes themselves. Signer domains are counted, never named. */
export interface SwitchEvidence {
  letters: number;
  signerDomains: number;
  accepted: number;
  outcomes: readonly {
    id: string;
    at: Instant;
    stage: string;
    code: number | null;
    /** Missing in the oldest rows. */
    enhanced?: string | null;
    class: string;
    attribution: string | null;
    rule: string;
    text: string;
  }[];
}

export const channelTable = new EntitySchema<Channel>({
  name: 'channel',
  columns: {
    target: primary(word(80)),
    mode: word(10),
    since: instant,
    reason: word(400),
    nextReleaseAt: instant,
    probeAt: optional(instant),
    failedProbes: count,
  },
});

export const channelSwitchTable = new EntitySchema<ChannelSwitch>({
  name: 'channel_switch',
  columns: {
    id: primary(id),
    target: word(80),
    from: { ...word(10), name: 'from_mode' },
    to: { ...word(10), name: 'to_mode' },
    at: instant,
    by: { ...word(80), name: 'switched_by' },
    rule: word(80),
    reason: word(400),
    confidence: { type: 'double precision' },
    evidence: json,
  },
});

/** The channel of a target; a target nobody wrote to yet is reached by mail. */
export async function readChannel(reader: Transaction, target: string): Promise<Channel> {
  return channelOf(target, await reader.findOneBy(channelTable, { target }));
}

/** The same, held until the commit: for whoever decides on it. */
export async function holdChannel(transaction: Transaction, target: string): Promise<Channel> {
  return channelOf(target, await transaction.findOne(channelTable, { where: { target }, ...locked(transaction) }));
}

function channelOf(target: string, row: Channel | null): Channel {
  return (
    row ?? {
      target,
      mode: 'mail',
      since: 0,
      reason: 'no letter was refused',
      nextReleaseAt: 0,
      probeAt: null,
      failedProbes: 0,
    }
  );
}

/** Writes what changed of a channel that is held, creating its row at the first change. */
export async function writeChannel(transaction: Transaction, channel: Channel): Promise<void> {
  const updated = await transaction.update(channelTable, { target: channel.target }, channel);
  if (!updated.affected) await insertRows(transaction, channelTable, [channel]);
}

/** Letters an hour of a slowed or probing channel: a quarter. */
export function slowedPace(perHour: number): number {
  return perHour / 4;
}
