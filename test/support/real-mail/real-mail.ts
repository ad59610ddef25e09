/**
 * Two real Postfixes and a Dovecot on 127.0.0.1. `relay` is ours: it takes every letter and passes on what comes
 * back. `office` is the target's: each of its mailboxes meets another fate. What is taken lies in the Dovecot.
 */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../../src/clock.ts';
import type { ChildServer } from './child-server.ts';
import { startDovecot, type Mailbox } from './dovecot.ts';
import { startGreylist, type Greylist } from './greylist.ts';
import { freePorts } from './ports.ts';
import { startPostfix, type Postfix } from './postfix.ts';

/** The mailboxes of the office, and what becomes of a letter to each. */
export const fates = {
  /** It is delivered. */
  reads: 'reads@embassy.example',
  /** The office says no in session: there is no such user. */
  unknown: 'unknown@embassy.example',
  /** The office takes it, then finds that the user has gone, and returns it. */
  gone: 'gone@embassy.example',
  /** The office takes it, then finds that the mailbox holds its six letters, and returns it. */
  full: 'full@embassy.example',
  /** The office refuses by a rule about this mailbox, before it sees the letter. */
  policy: 'policy@embassy.example',
  /** The office refuses by a rule about headers, after it has seen the letter. */
  filter: 'filter@embassy.example',
  /** The office asks everybody new to come again later. */
  grey: 'grey@embassy.example',
  /** Its server does not answer. */
  away: 'reads@away.example',
} as const;
export type Fate = keyof typeof fates;

export const fullAfter = 6;

/** Returned mail to one of these domains goes to todoke's listener, to the other into a mailbox. */
export const bounceDomains = { listener: 'bounce.todoke.example', mailbox: 'returned.todoke.example' };

export interface RealMail {
  relay: Postfix;
  office: Postfix;
  store: ChildServer;
  greylist: Greylist;
  ports: Record<'relay' | 'office' | 'bounces' | 'imap', number>;
  /** Mailboxes to look into by IMAP. */
  mailboxes: Record<'reads' | 'full' | 'grey' | 'returned', Mailbox>;
  close(): Promise<void>;
}

export async function startRealMail(clock: Clock): Promise<RealMail> {
  const folder = mkdtempSync(join(tmpdir(), 'todoke-mail-'));
  // Daemons of other users work below it.
  chmodSync(folder, 0o755);
  const ports = await freePorts('relay', 'office', 'bounces', 'imap', 'lmtp', 'nobody');
  const greylist = await startGreylist(clock);
  const mailbox = (address: string): Mailbox => ({ address, password: 'sesame' });
  const mailboxes = {
    reads: mailbox(fates.reads),
    full: { ...mailbox(fates.full), quota: fullAfter },
    grey: mailbox(fates.grey),
    returned: mailbox('returned@todoke.example'),
  };
  const store = `lmtp:inet:127.0.0.1:${ports.lmtp}`;
  const [relay, office, dovecot] = await Promise.all([
    startPostfix(join(folder, 'relay'), ports.relay, {
      myhostname: 'relay.todoke.example',
      mynetworks: '127.0.0.0/8',
      smtpd_relay_restrictions: 'permit_mynetworks, reject',
      transport_maps: inline({
        'embassy.example': `smtp:[127.0.0.1]:${ports.office}`,
        'away.example': `smtp:[127.0.0.1]:${ports.nobody}`,
        [bounceDomains.listener]: `smtp:[127.0.0.1]:${ports.bounces}`,
        'todoke.example': store,
      }),
      // One mailbox for all return paths; where each was sent to stays readable in X-Original-To.
      virtual_alias_maps: inline({ [`@${bounceDomains.mailbox}`]: mailboxes.returned.address }),
      virtual_alias_domains: bounceDomains.mailbox,
      // A minute of a real relay is a second here.
      queue_run_delay: '1s',
      minimal_backoff_time: '1s',
      maximal_backoff_time: '1s',
      delay_warning_time: '1s',
    }),
    startPostfix(join(folder, 'office'), ports.office, {
      myhostname: 'mx.embassy.example',
      mynetworks: '192.0.2.0/24',
      virtual_mailbox_domains: 'embassy.example',
      virtual_mailbox_maps: inline(
        Object.fromEntries(
          ['reads', 'gone', 'full', 'policy', 'filter', 'grey'].map((name) => [fates[name as Fate], 'x']),
        ),
      ),
      virtual_transport: store,
      // One after the other, or two letters could pass the quota at once.
      lmtp_destination_concurrency_limit: '1',
      smtpd_recipient_restrictions: [
        'reject_unauth_destination',
        'reject_unlisted_recipient',
        `check_recipient_access ${inline({ [fates.policy]: 'REJECT 5.7.1 This office takes no campaign mail' })}`,
        `check_recipient_access ${inline({ [fates.grey]: 'greylisted' })}`,
      ].join(', '),
      smtpd_restriction_classes: 'greylisted',
      greylisted: `check_policy_service inet:127.0.0.1:${greylist.port}`,
      header_checks: `regexp:{{/^To:.*${fates.filter}/ REJECT 5.7.1 Message content rejected by our mail rules}}`,
      transport_maps: inline({
        [bounceDomains.listener]: `smtp:[127.0.0.1]:${ports.relay}`,
        [bounceDomains.mailbox]: `smtp:[127.0.0.1]:${ports.relay}`,
      }),
    }),
    startDovecot(join(folder, 'store'), ports, Object.values(mailboxes)),
  ]);
  return {
    relay,
    office,
    store: dovecot,
    greylist,
    ports,
    mailboxes,
    async close() {
      await Promise.all([relay.close(), office.close(), dovecot.close(), greylist.close()]);
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** https://www.postfix.org/DATABASE_README.html: a table that stands in the setting itself. */
const inline = (table: Record<string, string>): string =>
  `inline:{${Object.entries(table)
    .map(([key, value]) => `{${key}=${value}}`)
    .join(', ')}}`;
