/** Everything that sends mail and reads what comes back, made and joined. */
import { join } from 'node:path';
import type { CampaignBook } from './campaigns/campaign-book.ts';
import type { Clock } from './clock.ts';
import type { Closers } from './closers.ts';
import type { Config } from './config.ts';
import { startEmbassy, type Embassy } from './embassy/embassy.ts';
import { accepts } from './embassy/personalities.ts';
import type { Steps } from './journey.ts';
import type { KeyRing } from './key-ring.ts';
import type { LetterTexts } from './letters/letter-texts.ts';
import type { Log } from './log.ts';
import type { Metrics } from './metrics.ts';
import { createDmarcPolicies } from './outbox/dmarc-policy.ts';
import { createDnsResolver, type DnsResolver } from './outbox/dns-resolver.ts';
import { domainOf } from './outbox/domain-name.ts';
import { createRelayPool, relayOf } from './outbox/relay-pool.ts';
import { releaseLetters } from './outbox/release-letters.ts';
import { createReturnPaths } from './outbox/return-path.ts';
import { sendLetters } from './outbox/send-letters.ts';
import { chooseIdentity } from './outbox/sender-identity.ts';
import { openSigners } from './outbox/signers.ts';
import { createAttemptRecorder } from './outcomes/record-attempt.ts';
import { recordReport } from './outcomes/record-report.ts';
import { listenForReturnedMail } from './outcomes/returned-mail-listener.ts';
import { reviewAllChannels, reviewChannel, type ReviewNeeds } from './outcomes/review-channel.ts';
import { sweepOverdue } from './outcomes/sweep-overdue.ts';
import type { Queue } from './queue/queue.ts';
import type { Database } from './storage/database.ts';

export interface MailRoomNeeds {
  config: Config;
  clock: Clock;
  log: Log;
  keys: KeyRing;
  book: CampaignBook;
  database: Database;
  queue: Queue;
  texts: LetterTexts;
  metrics: Metrics;
  resolver: DnsResolver | undefined;
  random: () => number;
}

export interface MailRoom {
  bouncePort: number;
  /** Present while SMTP_URL is unset. */
  embassy: Embassy | undefined;
  review: ReviewNeeds;
  steps: Pick<
    Steps,
    'sendLetters' | 'readReport' | 'reviewChannel' | 'releaseLetters' | 'sweepOverdue' | 'reviewAllChannels'
  >;
  /** Puts back what was claimed and not dialled, and ends what is being said. */
  stopSending(): Promise<void>;
}

/** Opens the bounce listener, tests the keys and makes the steps; what it opens is given to `closers`. */
export async function openMailRoom(needs: MailRoomNeeds, closers: Closers): Promise<MailRoom> {
  const { config, clock, log, book, database, queue, metrics, random } = needs;
  const shared = { database, clock, log, queue, book, random };
  const waits = {
    bounceWait: config.BOUNCE_WAIT,
    inDoubtWait: config.IN_DOUBT_WAIT,
    giveUpAfter: config.GIVE_UP_AFTER,
    lease: config.LEASE,
  };
  const paths = createReturnPaths({ keys: needs.keys, domain: config.BOUNCE_DOMAIN });
  const listening = { database, clock, log, queue, paths, counted: metrics.returnedMail };
  const listener = await listenForReturnedMail(listening, { host: config.BOUNCE_HOST, port: config.BOUNCE_PORT });
  closers.add(listener.close);
  const embassy = config.SMTP_URL === undefined ? await rehearse(log, config, listener.port) : undefined;
  if (embassy) closers.add(() => embassy.close());
  const signers = await openSigners({
    log,
    dir: config.DKIM_DIR ?? join(config.DATA_DIR, 'dkim'),
    domains: book.campaigns.map((campaign) => campaign.sender.address),
    rehearsalDir: embassy && join(config.DATA_DIR, 'dkim-rehearsal'),
    unsigned: metrics.unsigned,
  });
  const resolver = needs.resolver ?? createDnsResolver();
  closers.add(() => Promise.resolve(resolver.close()));
  const policies = createDmarcPolicies({ ...resolver, clock });
  const relay = relayOf(config.SMTP_URL ?? embassy?.url ?? '', config.SMTP_NAME);
  const pool = createRelayPool({ relay, connections: config.SMTP_CONNECTIONS });
  const recorder = createAttemptRecorder({
    ...shared,
    ...waits,
    counted: metrics.outcome,
    attempted: metrics.attempt,
    paused(reason) {
      metrics.sitePause();
      log.error({ reason }, 'all sending is paused: the trouble is ours');
    },
    failed: (error) => log.error({ reason: error.message }, 'a result could not be written yet'),
  });
  const review: ReviewNeeds = { ...shared, probeAfter: config.PROBE_AFTER, switched: metrics.channelSwitch };
  const sending = {
    ...shared,
    pool,
    lease: config.LEASE,
    letterText: needs.texts.of,
    identityOf: async (campaign: string, signerAddress: string) => {
      const setting = book.find(campaign)?.sender;
      return setting ? chooseIdentity({ setting, signerAddress, heldDomains: signers.domains, policies }) : 'reply-to';
    },
    signingDomain: (identity: 'reply-to' | 'from', signerDomain: string, sender: string) =>
      identity === 'from' && signers.domains.has(signerDomain) ? signerDomain : (domainOf(sender) ?? ''),
    sign: signers.sign,
    returnPath: paths.make,
    record: recorder.record,
    putBack: recorder.putBack,
    timed: metrics.stages,
  };
  return {
    bouncePort: listener.port,
    embassy,
    review,
    steps: {
      sendLetters: (job) => sendLetters(sending, job.letterIds),
      readReport: (job) => recordReport({ ...shared, ...waits, counted: metrics.outcome }, job.returnedMailId),
      reviewChannel: async (job) => void (await reviewChannel(review, job.target)),
      releaseLetters: () => releaseLetters({ ...shared, pacePerHour: config.PACE_PER_HOUR, lease: config.LEASE }),
      sweepOverdue: () => sweepOverdue({ ...shared, ...waits }),
      reviewAllChannels: () => reviewAllChannels(review),
    },
    stopSending() {
      recorder.hurry();
      return pool.close();
    },
  };
}

/** Without a relay nothing may leave this machine, and nobody may believe that it did. */
async function rehearse(log: Log, config: Config, bouncePort: number): Promise<Embassy> {
  log.warn(
    'SMTP_URL is not set: letters go to the SIMULATED EMBASSY on this machine. No real office receives anything.',
  );
  return startEmbassy({ personality: accepts(), bounceTo: { host: config.BOUNCE_HOST, port: bouncePort } });
}
