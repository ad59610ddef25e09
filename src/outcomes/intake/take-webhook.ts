/** The door for relays' webhooks: what proves itself is split into events, and each event about a letter is stored. */
import { AppError } from '../../errors.ts';
import { idPattern } from '../../ids.ts';
import type { RelayName } from '../returned-mail-table.ts';
import { hasLeft, leadsTo, storeReturned, type Returned, type StoreNeeds } from '../store-returned-mail.ts';
import { createBrevo } from './brevo.ts';
import { createMailgun } from './mailgun.ts';
import { createPostmark } from './postmark.ts';
import { readEvent } from './read-event.ts';
import { rememberEvent } from './seen-event-table.ts';
import { createSendGrid } from './sendgrid.ts';
import { createSes } from './ses.ts';
import type { RelayEvent, Webhook, WebhookRequest } from './webhook.ts';

/** What opens each door; a relay without it has none. */
export interface WebhookSecrets {
  sesTopics?: readonly string[] | undefined;
  snsEndpoint?: string | undefined;
  sendgridKeys?: readonly string[] | undefined;
  mailgunKeys?: readonly string[] | undefined;
  postmarkLogins?: readonly string[] | undefined;
  brevoTokens?: readonly string[] | undefined;
}

/** Largest body taken: SNS and SendGrid stay below one megabyte, Postmark may add a returned mail. */
export const mostWebhookBytes = 2 * 1024 * 1024;

/** The doors that are open. Throws `invalid` for a key that is none. */
export function openWebhooks(secrets: WebhookSecrets): ReadonlyMap<string, Webhook> {
  const { sesTopics, snsEndpoint, sendgridKeys, mailgunKeys, postmarkLogins, brevoTokens } = secrets;
  const webhooks = [
    sesTopics && createSes({ topics: sesTopics, endpoint: snsEndpoint }),
    sendgridKeys && createSendGrid(sendgridKeys),
    mailgunKeys && createMailgun(mailgunKeys),
    postmarkLogins && createPostmark(postmarkLogins),
    brevoTokens && createBrevo(brevoTokens),
  ];
  return new Map(webhooks.flatMap((webhook) => (webhook ? [[webhook.name, webhook]] : [])));
}

/**
 * Takes one request. Resolves after the commit. Throws `unauthenticated` for one without a proof, `forbidden` for one
 * whose proof is old or was used before.
 */
export async function takeWebhook(
  needs: StoreNeeds,
  webhook: Webhook,
  request: Omit<WebhookRequest, 'now'>,
): Promise<void> {
  const now = needs.clock.now();
  const proven = await webhook.open({ ...request, now });
  if (typeof proven === 'string') {
    needs.counted(proven);
    throw proven === 'stale'
      ? new AppError('forbidden', 'What was signed is too old, or from the future: look at both clocks.')
      : new AppError('unauthenticated', 'Nothing proves that this comes from the relay: look at its key here.');
  }
  const { events, once } = proven;
  const found: Returned[] = [];
  for (const event of events) {
    const returned = await letterOf(needs, webhook.name, event);
    if (returned) found.push(returned);
  }
  const replay = new AppError('forbidden', 'This proof was used before, for something else.');
  try {
    await storeReturned(needs, found, async (transaction) => {
      if (!once) return;
      const seen = { relay: webhook.name, ...once, body: request.body, now };
      if (!(await rememberEvent(transaction, seen))) throw replay;
    });
  } catch (thrown) {
    if (thrown === replay) needs.counted('replayed');
    throw thrown;
  }
}

async function letterOf(needs: StoreNeeds, relay: RelayName, event: RelayEvent): Promise<Returned | undefined> {
  const { id, raw, returnPaths, messageIds } = event;
  const tellNotice = async (noticeId: string): Promise<undefined> => {
    await needs.notices.take(noticeId, readEvent(relay, raw));
    needs.counted('notice');
  };
  const of = (letterId: string): Returned => ({ letterId, source: relay, nullSender: true, raw, digest: id });
  for (const path of returnPaths) {
    const at = await leadsTo(needs, path);
    if (typeof at === 'object') return 'letterId' in at ? of(at.letterId) : tellNotice(at.noticeId);
    if (at !== 'expired') continue;
    needs.counted(at);
    return undefined;
  }
  // The relay is authenticated, so its word on the Message-ID is enough.
  for (const messageId of messageIds) {
    // A notice that was asked for again has a number behind its id.
    const [letterId = ''] = messageId.replace(/^</, '').split(/[@.]/);
    if (!idPattern.test(letterId)) continue;
    if (await hasLeft(needs.database, letterId)) return of(letterId);
    if (await needs.notices.hasLeft(letterId)) return tellNotice(letterId);
  }
  needs.counted('foreign');
  return undefined;
}
