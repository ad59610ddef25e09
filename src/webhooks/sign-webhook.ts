/** The headers that prove a webhook, as Standard Webhooks 1.0 asks for: HMAC-SHA256 over id, time and body. */
import { createHmac } from 'node:crypto';
import type { Instant } from '../clock.ts';

/** `at` is the time of this try. With several secrets there are several signatures; the receiver takes any. */
export function signWebhook(
  { id, at, body }: { id: string; at: Instant; body: string },
  secrets: readonly Buffer[],
): Record<'webhook-id' | 'webhook-timestamp' | 'webhook-signature', string> {
  const timestamp = String(Math.floor(at / 1000));
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret).update(`${id}.${timestamp}.${body}`).digest('base64')}`,
  );
  return { 'webhook-id': id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
