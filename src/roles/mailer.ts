/** The role that sends: writes, signs and hands letters to the relay, and records how each conversation ended. */
import { join } from 'node:path';
import { startEmbassy, type Embassy } from '../embassy/embassy.ts';
import { accepts } from '../embassy/personalities.ts';
import { createDmarcPolicies } from '../outbox/dmarc-policy.ts';
import { createDnsResolver } from '../outbox/dns-resolver.ts';
import { domainOf } from '../outbox/domain-name.ts';
import { createRelayPool, relayOf } from '../outbox/relay-pool.ts';
import { createReturnPaths } from '../outbox/return-path.ts';
import { sendLetters, type SendLettersNeeds } from '../outbox/send-letters.ts';
import { sendTestLetter } from '../outbox/send-test-letter.ts';
import { chooseIdentity } from '../outbox/sender-identity.ts';
import { openSigners } from '../outbox/signers.ts';
import { sendNotices } from '../notices/send-notices.ts';
import { createReviewAsker } from '../outcomes/ask-for-review.ts';
import { deadMailboxes } from '../outcomes/dead-mailboxes.ts';
import { forwardAnswer, type ForwardAnswerNeeds } from '../outcomes/forward-answer.ts';
import { createAttemptRecorder } from '../outcomes/record-attempt.ts';
import { noticeSending } from './notice-sending.ts';
import { tellOperators } from './tell-operators.ts';
import { waitsOf, type RoleNeeds, type Running } from './role.ts';

export interface Mailer extends Running {
  /** Present while SMTP_URL is unset. */
  embassy: Embassy | undefined;
}

/** Each job of fifty letters keeps the relay's connections busy; a second one is written and signed meanwhile. */
const jobsAtOnce = 2;

/** Tests the keys and starts sending. `bouncePort`: where the simulated embassy returns mail to. */
export async function openMailer(needs: RoleNeeds, bouncePort: number): Promise<Mailer> {
  const { config, clock, log, book, database, queue, metrics, random, closers } = needs;
  const shared = { database, clock, log, queue, book, random };
  const embassy = config.SMTP_URL === undefined ? await rehearse(needs, bouncePort) : undefined;
  const relay = relayOf(config.SMTP_URL ?? embassy?.url ?? '', config.SMTP_NAME);
  const pool = createRelayPool({ relay, connections: config.SMTP_CONNECTIONS });
  const recorder = createAttemptRecorder({
    ...shared,
    ...waitsOf(needs),
    reviews: createReviewAsker(queue),
    counted: metrics.outcome,
    attempted: metrics.attempt,
    held: (event) => tellOperators(needs, event),
    failed: (error) => log.error({ reason: error.message }, 'a result could not be written yet'),
  });
  const identity = await identities(needs, embassy !== undefined);
  const sending: SendLettersNeeds = {
    ...shared,
    ...identity,
    pool,
    lease: config.LEASE,
    letterText: needs.texts.of,
    deadMailboxes: (targets) => deadMailboxes(needs, database.read, targets),
    returnPath: createReturnPaths({ keys: needs.keys, domain: config.BOUNCE_DOMAIN }).make,
    record: recorder.record,
    putBack: recorder.putBack,
    timed: metrics.stages,
  };
  const telling = await noticeSending(needs, pool, identity.signNotice);
  queue.work('send-letters', (job) => sendLetters(sending, job), jobsAtOnce);
  const answering: ForwardAnswerNeeds = {
    ...shared,
    pool,
    words: needs.words,
    lease: config.LEASE,
    letterText: needs.texts.of,
    sign: identity.sign,
    counted: metrics.answer,
  };
  queue.work('forward-answer', (job) => forwardAnswer(answering, job.answerId), 1);
  queue.work('send-notices', (job) => sendNotices(telling, job), 1);
  const testing = { database, clock, pool, lease: config.LEASE, sign: identity.sign };
  queue.work('send-test-letter', (job) => sendTestLetter(testing, job.testLetterId), 1);
  closers.add(() => pool.close());
  return {
    embassy,
    // Puts back what was claimed and not dialled, and ends what is being said.
    stop() {
      recorder.hurry();
      return pool.close();
    },
  };
}

interface Identities extends Pick<SendLettersNeeds, 'identityOf' | 'signingDomain' | 'sign'> {
  /** Signs a mail to a signer: with the key of its own domain, or of one above it, which DMARC takes as well. */
  signNotice(from: string, message: Buffer): Promise<Buffer>;
}

/** In whose name a letter goes, and with whose key it is signed. */
async function identities(needs: RoleNeeds, isRehearsal: boolean): Promise<Identities> {
  const { config, clock, log, book, metrics, closers } = needs;
  const signers = await openSigners({
    log,
    dir: config.DKIM_DIR ?? join(config.DATA_DIR, 'dkim'),
    domains: book.campaigns.map((campaign) => campaign.sender.address),
    rehearsalDir: isRehearsal ? join(config.DATA_DIR, 'dkim-rehearsal') : undefined,
    unsigned: metrics.unsigned,
  });
  const resolver = needs.resolver ?? createDnsResolver();
  closers.add(() => Promise.resolve(resolver.close()));
  const policies = createDmarcPolicies({ ...resolver, clock });
  return {
    async sign(domain, message) {
      // A campaign that came in since the start may write from a domain of its own.
      await signers.learn(domain);
      return signers.sign(domain, message);
    },
    async signNotice(from, message) {
      for (const { sender } of book.campaigns) await signers.learn(domainOf(sender.address) ?? '');
      const labels = (domainOf(from) ?? '').split('.');
      const domains = labels.map((_label, at) => labels.slice(at).join('.'));
      return signers.sign(domains.find((domain) => signers.domains.has(domain)) ?? domains[0] ?? '', message);
    },
    async identityOf(campaign, signerAddress) {
      const setting = book.find(campaign)?.sender;
      if (setting) await signers.learn(domainOf(setting.address) ?? '');
      return setting ? chooseIdentity({ setting, signerAddress, heldDomains: signers.domains, policies }) : 'reply-to';
    },
    signingDomain: (identity, signerDomain, sender) =>
      identity === 'from' && signers.domains.has(signerDomain) ? signerDomain : (domainOf(sender) ?? ''),
  };
}

/** Without a relay nothing may leave this machine, and nobody may believe that it did. */
async function rehearse({ log, config, closers }: RoleNeeds, bouncePort: number): Promise<Embassy> {
  log.warn(
    'SMTP_URL is not set: letters go to the SIMULATED EMBASSY on this machine. No real office receives anything.',
  );
  const embassy = await startEmbassy({
    personality: accepts(),
    bounceTo: { host: config.BOUNCE_HOST, port: bouncePort },
  });
  closers.add(() => embassy.close());
  return embassy;
}
