/** Messages of Amazon SNS: believed when AWS signed them and they come from a topic of ours. */
import { createVerify, X509Certificate, type KeyObject } from 'node:crypto';
import { z } from 'zod';
import { hour, second } from '../../clock.ts';
import { AppError } from '../../errors.ts';
import { isFresh, jsonOf, type WebhookRequest } from './webhook.ts';

export interface SnsNeeds {
  /** The only topics that are believed: anybody with an AWS account can have a message signed. */
  topics: readonly string[];
  /** Asked in the place of `https://sns.REGION.amazonaws.com`. */
  endpoint: string | undefined;
}

const message = z.looseObject({
  Type: z.enum(['Notification', 'SubscriptionConfirmation', 'UnsubscribeConfirmation']),
  MessageId: z.string(),
  TopicArn: z.string(),
  Message: z.string(),
  Timestamp: z.string(),
  Subject: z.string().nullish(),
  Token: z.string().optional(),
  SubscribeURL: z.string().optional(),
  SignatureVersion: z.enum(['1', '2']),
  Signature: z.string(),
  SigningCertURL: z.string(),
});
type SnsMessage = z.infer<typeof message>;

const signed = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
} as const;

/** Only AWS can answer under these names; what stands behind them in the path is narrow too. */
const awsHost = /^sns\.[a-z]{2}(?:-[a-z]{2,10}){1,3}-\d\.amazonaws\.com(?:\.cn)?$/;
const certificatePath = /^\/SimpleNotificationService-[0-9a-z]{1,80}\.pem$/;

/** SNS tries for an hour, unless a policy of the topic's owner says otherwise. */
const freshFor = 6 * hour;
const mostKeys = 20;

export interface Sns {
  /** The text of a proven notification; undefined for one that asks us to confirm, which is done then. */
  read(request: WebhookRequest): Promise<{ text: string | undefined } | 'unverified' | 'stale'>;
}

export function createSns(needs: SnsNeeds): Sns {
  const keys = new Map<string, Promise<KeyObject>>();

  async function ask(url: URL): Promise<string> {
    const from = needs.endpoint === undefined ? url : new URL(url.pathname + url.search, needs.endpoint);
    try {
      const response = await fetch(from, { redirect: 'error', signal: AbortSignal.timeout(10 * second) });
      if (response.ok) return await response.text();
      throw new Error(`SNS answered ${response.status}`);
    } catch (cause) {
      throw new AppError('unavailable', 'SNS itself cannot be asked now: send it again.', { retryAfter: 60, cause });
    }
  }

  function keyAt(url: URL): Promise<KeyObject> {
    const known = keys.get(url.href);
    if (known) return known;
    if (keys.size >= mostKeys) keys.clear();
    const asked = ask(url).then((pem) => new X509Certificate(pem).publicKey);
    keys.set(url.href, asked);
    // One that could not be fetched is asked for again next time.
    asked.catch(() => keys.delete(url.href));
    return asked;
  }

  return {
    async read({ body, now }) {
      const parsed = message.safeParse(jsonOf(body));
      if (!parsed.success || !needs.topics.includes(parsed.data.TopicArn)) return 'unverified';
      const said = parsed.data;
      const certificate = awsUrl(said.SigningCertURL);
      if (!certificate || !certificatePath.test(certificate.pathname)) return 'unverified';
      if (!isSigned(said, await keyAt(certificate))) return 'unverified';
      if (!isFresh(Date.parse(said.Timestamp), now, freshFor)) return 'stale';
      if (said.Type === 'Notification') return { text: said.Message };
      const subscribe = awsUrl(said.SubscribeURL ?? '');
      if (said.Type === 'SubscriptionConfirmation') {
        if (!subscribe) return 'unverified';
        await ask(subscribe);
      }
      return { text: undefined };
    },
  };
}

function awsUrl(text: string): URL | undefined {
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  const isPlain = url.protocol === 'https:' && url.port === '' && url.username === '' && url.password === '';
  return isPlain && awsHost.test(url.hostname) ? url : undefined;
}

function isSigned(said: SnsMessage, key: KeyObject): boolean {
  const text = signed[said.Type].flatMap((name) => {
    const value = said[name];
    return typeof value === 'string' ? [`${name}\n${value}\n`] : [];
  });
  const verify = createVerify(said.SignatureVersion === '2' ? 'RSA-SHA256' : 'RSA-SHA1');
  return verify.update(text.join(''), 'utf8').verify(key, said.Signature, 'base64');
}
