/** Whose is trouble of ours: our own relay's, everybody's, or one target's. Pure functions of what was heard. */
import { hour, second } from '../clock.ts';
import type { SmtpStage, Verdict } from '../outbox/verdict.ts';
import type { OutcomeRow } from './outcome-table.ts';

/** The limits of the rule: a single word about us stops one target, never all. */
export const siteLimits = {
  /** Mail domains of targets that speak of trouble of ours: two mailboxes of one provider are one voice. */
  providers: 2,
  /** Of all targets that were heard since the first of them, this share speaks of it. */
  share: 0.5,
  /** Milliseconds after which a target that spoke of it no longer counts. */
  within: hour,
  /** Signer domains that reports of one target must come from: anybody who once got a letter can write one. */
  reportDomains: 2,
  /** Milliseconds without a letter taken after which one failed dialling means that the relay is down. */
  quiet: 10 * second,
} as const;

/** In these stages our relay speaks for itself: it was told no target yet. */
const beforeAnyTarget: readonly (SmtpStage | 'async')[] = [
  'dns',
  'connect',
  'banner',
  'ehlo',
  'starttls',
  'auth',
  'mail',
];

type Said = Pick<OutcomeRow, 'class' | 'attribution' | 'stage'>;

/** What concerns all letters, not the form of one. */
export function isOurs(said: Pick<OutcomeRow, 'class' | 'attribution'>): boolean {
  return said.attribution === 'ours' && (said.class === 'our-config' || said.class === 'our-reputation');
}

/** Whether it was our own relay that turned us away, or did not answer at all: then one word is enough. */
export function relayTrouble(said: Said, verdict: Verdict): 'refused' | 'unreachable' | undefined {
  if (!beforeAnyTarget.includes(said.stage)) return undefined;
  if (isOurs(said)) return 'refused';
  return verdict === 'unreachable' && said.class === 'network' && said.stage !== 'mail' ? 'unreachable' : undefined;
}

export interface TroubleHeard {
  /** Targets that speak of trouble of ours now, each with the mail domain of its mailbox. */
  troubled: readonly { target: string; provider: string }[];
  /** Other targets that took letters since the first of them spoke. */
  well: number;
  /** Targets there are. */
  known: number;
}

/** Whether trouble that targets speak of is ours everywhere, so that all sending has to wait. */
export function isEverybodys({ troubled, well, known }: TroubleHeard): boolean {
  if (troubled.length === 0) return false;
  // With a single target there is nobody else to ask.
  if (troubled.length >= known) return true;
  const providers = new Set(troubled.map(({ provider }) => provider)).size;
  return providers >= siteLimits.providers && troubled.length / (troubled.length + well) >= siteLimits.share;
}
