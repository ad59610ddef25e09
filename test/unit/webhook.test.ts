import { describe, expect, test } from 'vitest';
import { minute, second } from '../../src/clock.ts';
import { readEndpoints } from '../../src/webhooks/endpoints.ts';
import { webhookBody, webhookWait } from '../../src/webhooks/send-webhook.ts';
import { signWebhook } from '../../src/webhooks/sign-webhook.ts';

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';

describe('a webhook', () => {
  test('is signed as others verify it', () => {
    // The example that the libraries of Standard Webhooks are tested with.
    const [endpoint] = readEndpoints(`https://crm.example/todoke#${secret}`);
    const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', at: 1_614_265_330_999, body: '{"test": 2432232314}' };
    expect(signWebhook(message, endpoint?.secrets ?? [])).toEqual({
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    });
  });

  test('is signed by both secrets while one takes the place of another', () => {
    const other = `whsec_${Buffer.alloc(24, 7).toString('base64')}`;
    const [endpoint] = readEndpoints(`https://crm.example/todoke#${other},${secret}`);
    const { 'webhook-signature': signature } = signWebhook({ id: 'a', at: 0, body: '' }, endpoint?.secrets ?? []);
    expect(signature).toMatch(/^v1,\S{44} v1,\S{44}$/);
  });

  test('says what happened and when', () => {
    expect(JSON.parse(webhookBody({ type: 'petition.sealed', at: 0, data: { names: 7 } }))).toEqual({
      type: 'petition.sealed',
      timestamp: '1970-01-01T00:00:00.000Z',
      data: { names: 7 },
    });
  });

  test('waits longer each time, never all at once, and as long as it is asked to', () => {
    expect(webhookWait(1, undefined, () => 0.5)).toBe(5 * second);
    expect(webhookWait(2, undefined, () => 0)).toBe(4 * minute);
    expect(webhookWait(2, undefined, () => 1)).toBe(6 * minute);
    expect(webhookWait(99, undefined, () => 0.5)).toBe(webhookWait(8, undefined, () => 0.5));
    expect(webhookWait(1, 600, () => 0.5)).toBe(10 * minute);
  });
});

describe('WEBHOOKS', () => {
  test('may name several, and plain http only on this machine', () => {
    const found = readEndpoints(`https://a.example/x?y=1#${secret}\n http://127.0.0.1:9000/#${secret}`);
    expect(found.map(({ url, origin }) => [url, origin])).toEqual([
      ['https://a.example/x?y=1', 'https://a.example'],
      ['http://127.0.0.1:9000/', 'http://127.0.0.1:9000'],
    ]);
    expect(new Set(found.map(({ id }) => id)).size).toBe(2);
    expect(readEndpoints('')).toEqual([]);
  });

  test.each([
    ['no address', 'crm', 'use https://'],
    ['another scheme', `ftp://crm.example/#${secret}`, 'use https://'],
    ['http to elsewhere', `http://crm.example/#${secret}`, 'this machine'],
    ['http to a name that only begins like this machine', `http://127.0.0.1.example/#${secret}`, 'this machine'],
    ['no secret', 'https://crm.example/', 'secret'],
    ['a short secret', 'https://crm.example/#whsec_c2hvcnQ=', '24 to 64 bytes'],
    ['a secret without its mark', `https://crm.example/#${secret.slice(6)}`, 'whsec_'],
    ['a password', `https://me:pw@crm.example/#${secret}`, 'password'],
    ['one twice', `https://a.example/#${secret} https://a.example/#${secret}`, 'once'],
  ])('with %s is refused without being repeated', (_name, text, says) => {
    expect(() => readEndpoints(text)).toThrow(says);
    expect(() => readEndpoints(text)).not.toThrow(secret.slice(6));
  });
});
