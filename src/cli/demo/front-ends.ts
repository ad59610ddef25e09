/** Three kinds of front end that push signatures: a service with a key, the public page's form, a stream. */
import { AppError } from '../../errors.ts';
import type { DemoSigner } from './signers.ts';

export interface FrontEnds {
  origin: string;
  campaign: string;
  key: string;
  /** Version of every consent text, by id. */
  consents: Readonly<Record<string, string>>;
  signed(n: number): void;
}

const asEvent = (signer: DemoSigner, { consents }: FrontEnds) => ({
  ...signer,
  consents: { send: consents['send'], 'hand-over': consents['hand-over'] },
});

async function expectStatus(response: Response, status: number): Promise<void> {
  if (response.status !== status)
    throw new AppError(
      'internal',
      `${new URL(response.url).pathname} answered ${response.status}: ${(await response.text()).slice(0, 500)}`,
    );
}

/** One request per signature, as a web site's back end does it; each is sent twice, as after a lost answer. */
export async function pushJson(to: FrontEnds, signers: readonly DemoSigner[]): Promise<void> {
  for (const [index, signer] of signers.entries()) {
    const send = () =>
      fetch(`${to.origin}/v1/campaigns/${to.campaign}/signatures`, {
        method: 'POST',
        headers: {
          authorization: `Bearer ${to.key}`,
          'content-type': 'application/json',
          'idempotency-key': `demo-json-${index}`,
        },
        body: JSON.stringify(asEvent(signer, to)),
      });
    const [first, again] = [await send(), await send()];
    await expectStatus(first, 202);
    await expectStatus(again, 202);
    if ((await first.text()) !== (await again.text())) throw new AppError('internal', 'the same event got two answers');
    to.signed(1);
  }
}

/** The plain HTML form of the public page. */
export async function pushForms(to: FrontEnds, signers: readonly DemoSigner[]): Promise<void> {
  for (const signer of signers) {
    const { language, ...fields } = signer;
    const form = new URLSearchParams({
      ...fields,
      language,
      consent_send: to.consents['send'] ?? '',
      'consent_hand-over': to.consents['hand-over'] ?? '',
    });
    const response = await fetch(`${to.origin}/actions/${to.campaign}/sign`, {
      method: 'POST',
      body: form,
      redirect: 'manual',
    });
    await expectStatus(response, 303);
    to.signed(1);
  }
}

/** One stream of newline-delimited JSON, as a CRM exports it. */
export async function pushStream(to: FrontEnds, signers: readonly DemoSigner[]): Promise<void> {
  const lines = signers.map((signer, index) =>
    JSON.stringify({ ...asEvent(signer, to), event_id: `demo-stream-${index}` }),
  );
  const response = await fetch(`${to.origin}/v1/campaigns/${to.campaign}/signatures`, {
    method: 'POST',
    headers: { authorization: `Bearer ${to.key}`, 'content-type': 'application/x-ndjson' },
    body: `${lines.join('\n')}\n`,
  });
  await expectStatus(response, 200);
  for (const line of (await response.text()).trim().split('\n')) {
    const result = JSON.parse(line) as { code: number };
    if (result.code !== 202) throw new AppError('internal', `a line of the stream was refused: ${line}`);
    to.signed(1);
  }
}
