/** DKIM signatures, judged by mailauth as a receiver would. */
import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import fc from 'fast-check';
import { dkimVerify } from 'mailauth';
import { describe, expect, it } from 'vitest';
import { AppError } from '../../src/errors.ts';
import { createDkimSigner, type DkimSigner } from '../../src/outbox/dkim.ts';
import { verifies } from '../../src/outbox/dkim-self-test.ts';
import { composeMessage } from '../../src/outbox/message.ts';

const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
const ed25519 = generateKeyPairSync('ed25519').privateKey;
const keys: [type: 'rsa' | 'ed25519', key: KeyObject][] = [
  ['rsa', rsa],
  ['ed25519', ed25519],
];
const signerWith = (privateKey: KeyObject) =>
  createDkimSigner({ domain: 'Example.org', selector: 'Todoke1', privateKey });
const signers = keys.map(([, key]) => signerWith(key));

/** `pass`, or what mailauth's strict reading found wrong; the DNS holds the signer's own record. */
async function judge(signed: Buffer | string, signer: DkimSigner): Promise<string> {
  const { name, value } = signer.dnsRecord();
  const { results } = await dkimVerify(Buffer.from(signed), {
    strict: true,
    async resolver(asked: string, type: string) {
      if (asked === name && type === 'TXT') return [value.match(/.{1,255}/g) ?? []];
      throw Object.assign(new Error('none'), { code: 'ENOTFOUND' });
    },
  });
  const [result] = results;
  if (results.length !== 1 || result === undefined) return `${results.length} results`;
  return result.status.result === 'pass' ? 'pass' : `${result.status.result} ${String(result.status.comment)}`;
}

const letter = (identity: 'from' | 'reply-to') =>
  composeMessage({
    letterId: '0e5ev8a2kq0123uv',
    identity,
    signer: { name: '人権 守', address: 'mamoru@example.jp' },
    organisation: 'Rights Group',
    senderAddress: 'letters@example.org',
    to: { name: 'The Ambassador', address: 'office@embassy.example' },
    language: 'ja',
    subject: '公正な捜査を求めます。'.repeat(5),
    text: '人権を守る。\n'.repeat(100),
    html: '<p>人権を守る。</p>\n'.repeat(100),
    date: Date.UTC(2020, 4, 29),
  });

const head = 'From: a@example.org\r\nTo: b@example.org\r\nSubject: x\r\n';

const messages: [title: string, message: Buffer | string][] = [
  ['a letter with our address in From', letter('reply-to')],
  ['a letter with the signer in From', letter('from')],
  ['no body', `${head}\r\n`],
  ['a body of one empty line', `${head}\r\n\r\n`],
  ['a body of empty lines', `${head}\r\n\r\n\r\n\r\n`],
  ['a body of blanks', `${head}\r\n \t \r\n\t\r\n`],
  ['no line end at the end', `${head}\r\nlast line`],
  ['blanks and no line end at the end', `${head}\r\nlast line \t `],
  ['empty lines at the end', `${head}\r\nline\r\n\r\n\r\n\r\n`],
  ['blank lines at the end', `${head}\r\nline\r\n \r\n\t\r\n`],
  ['empty lines at the start', `${head}\r\n\r\n\r\nline\r\n`],
  ['blanks before line ends', `${head}\r\none \r\ntwo\t\r\n three  four\t\tfive\r\n`],
  ['a line of dots', `${head}\r\n.\r\n..\r\n`],
  ['bytes beyond ASCII', `${head}\r\n人権\u00a0 \u3000 守\r\n`],
  ['a colon far from its name', 'From \t: a@example.org\r\nSubject\t:x\r\n\r\nbody\r\n'],
  ['folded fields', 'From: a@example.org\r\nSubject: one\r\n\ttwo\r\n  \t three \r\n\r\nbody\r\n'],
  ['empty fields', 'From: a@example.org\r\nSubject:\r\nTo: \t\r\n\r\nbody\r\n'],
  ['two fields of one name', `${head}Subject: y\r\nsubject: z\r\n\r\nbody\r\n`],
  ['a field with only a fold', 'From: a@example.org\r\nSubject:\r\n \r\n x\r\n\r\nbody\r\n'],
];

describe.each(keys)('a signature with a key of type %s', (type, key) => {
  const signer = signerWith(key);

  it.each(messages)('is right for %s', async (_title, message) => {
    const signed = await signer.sign(Buffer.from(message));
    expect(await judge(signed, signer)).toBe('pass');
  });

  it('stands before the message, which it leaves as it is', async () => {
    const signed = await signer.sign(letter('from'));
    const signature = signed.subarray(0, signed.length - letter('from').length).toString('latin1');
    expect(signed.subarray(signature.length)).toEqual(letter('from'));
    expect(signature).toMatch(/^DKIM-Signature: [^\r\n]*\r\n(?: [\x21-\x7e][^\r\n]*\r\n)+$/);
    for (const line of signature.split('\r\n')) expect(line.length).toBeLessThanOrEqual(76);
    expect(signature).toContain(`v=1; a=${type}-sha256; c=relaxed/relaxed;\r\n d=example.org;\r\n s=todoke1;`);
    expect(signature).not.toMatch(/[ ;](t|x|l|i)=/);
  });

  it('covers every field twice and the absent ones once', async () => {
    const signed = (await signer.sign(letter('reply-to'))).toString('latin1');
    const [, list = ''] = /\bh=([^;]*);/.exec(signed) ?? [];
    const names = 'from from reply-to reply-to sender to to subject subject date date message-id message-id';
    const mime = 'mime-version mime-version content-type content-type content-language content-language';
    expect(list.replace(/\s/g, '').split(':')).toEqual(`${names} ${mime}`.split(' '));
  });

  it('is always the same for the same message', async () => {
    const [one, two] = await Promise.all([signer.sign(letter('from')), signer.sign(letter('from'))]);
    expect(one).toEqual(two);
    expect(await signer.sign(letter('reply-to'))).not.toEqual(one);
  });

  it.each<[title: string, change: (signed: string) => string]>([
    ['a line was folded elsewhere', (signed) => signed.replace('MIME-Version: 1.0', 'MIME-Version:\r\n\t1.0')],
    ['spaces and capitals of a field changed', (signed) => signed.replace('Date: ', 'DATE :   ')],
    ['a relay added its trace', (signed) => `Received: from a by b; date\r\n${signed}`],
    ['a list added a field that is not signed', (signed) => `List-Id: <x.example.org>\r\n${signed}`],
    ['fields changed places', (signed) => signed.replace(/(Date:[^\r]*\r\n)(Message-ID:[^\r]*\r\n)/, '$2$1')],
    ['empty lines were added at the end', (signed) => `${signed}\r\n\r\n`],
    ['blanks were added at the end of a line', (signed) => signed.replace('base64\r\n', 'base64 \t\r\n')],
  ])('holds when %s', async (_title, change) => {
    const signed = (await signer.sign(letter('reply-to'))).toString('latin1');
    expect(change(signed)).not.toBe(signed);
    expect(await judge(change(signed), signer)).toBe('pass');
  });

  it.each<[title: string, change: (signed: string) => string]>([
    ['a character of the body changed', (signed) => signed.replace('5Lq6', '5Lq7')],
    ['a line was added to the body', (signed) => `${signed}P.S.\r\n`],
    ['the last line was cut off', (signed) => signed.slice(0, signed.lastIndexOf('\r\n--'))],
    ['the Subject changed', (signed) => signed.replace(/Subject: =\?UTF-8\?B\?\w/, 'Subject: =?UTF-8?B?x')],
    ['the Date changed', (signed) => signed.replace('29 May 2020', '30 May 2020')],
    ['the Message-ID changed', (signed) => signed.replace('Message-ID: <0', 'Message-ID: <1')],
    ['the Reply-To is gone', (signed) => signed.replace(/Reply-To:[^\r]*\r\n/, '')],
    ['a second From came in above', (signed) => `From: evil@example.org\r\n${signed}`],
    ['a second From came in below', (signed) => signed.replace('\r\n\r\n', '\r\nFrom: evil@example.org\r\n\r\n')],
    ['a second Reply-To came in', (signed) => `Reply-To: evil@example.org\r\n${signed}`],
    ['a first Sender came in', (signed) => `Sender: evil@example.org\r\n${signed}`],
    ['a second Content-Type came in', (signed) => `Content-Type: text/html\r\n${signed}`],
    ['a second Subject came in', (signed) => `Subject: x\r\n${signed}`],
    ['the signature says another domain', (signed) => signed.replace('d=example.org;', 'd=example.com;')],
    [
      'the signature changed',
      (signed) => signed.replace(/ b=(.)/, (_, char: string) => ` b=${char === 'A' ? 'B' : 'A'}`),
    ],
  ])('breaks when %s', async (_title, change) => {
    const signed = (await signer.sign(letter('reply-to'))).toString('latin1');
    expect(change(signed)).not.toBe(signed);
    expect(await judge(change(signed), signer)).not.toBe('pass');
  });

  it('breaks with the key of somebody else', async () => {
    const other = signerWith(
      type === 'rsa'
        ? generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey
        : generateKeyPairSync('ed25519').privateKey,
    );
    expect(await judge(await signer.sign(letter('from')), other)).not.toBe('pass');
  });

  it.each<[title: string, holds: boolean, change: (signed: string) => string]>([
    ['as it is', true, (signed) => signed],
    ['with another body', false, (signed) => signed.replace('5Lq6', '5Lq7')],
    ['with another Date', false, (signed) => signed.replace('29 May 2020', '30 May 2020')],
    ['with a second From', false, (signed) => signed.replace('\r\nDate:', '\r\nFrom: evil@example.org\r\nDate:')],
    ['without a signature', false, (signed) => signed.replace('DKIM-Signature', 'X-Signature')],
  ])('is judged by our own test like that, %s: %s', async (_title, holds, change) => {
    const signed = (await signer.sign(letter('reply-to'))).toString('latin1');
    expect(verifies(Buffer.from(change(signed), 'latin1'), type, createPublicKey(key))).toBe(holds);
  });

  it('proves itself at start, alone and with what the DNS says', async () => {
    const { value } = signer.dnsRecord();
    await signer.selfTest();
    await signer.selfTest([[value]]);
    await signer.selfTest([['v=spf1 -all'], value.match(/.{1,20}/g) ?? []]);
  });

  const { value } = signer.dnsRecord();
  const other = signers[type === 'rsa' ? 1 : 0]?.dnsRecord().value ?? '';
  it.each<[title: string, published: string[][], message: RegExp]>([
    ['nothing', [], /no key at todoke1\._domainkey\.example\.org/],
    ['something else', [['v=spf1 -all']], /no key/],
    ['two keys', [[value], [value]], /2 keys/],
    ['a revoked key', [[`v=DKIM1; k=${type}; p=`]], /revoked/],
    ['a key of the other type', [[other]], /type/],
    ['half a key', [[value.slice(0, 40)]], /cannot be read/],
    ['the key of somebody else', [[strangersRecord(type)]], /does not belong/],
  ])('does not prove itself when the DNS says %s', async (_title, published, message) => {
    const failure = await signer.selfTest(published).then(
      () => undefined,
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(AppError);
    expect(failure).toMatchObject({ code: 'unavailable', message: expect.stringMatching(message) });
  });
});

function strangersRecord(type: string): string {
  const key = type === 'rsa' ? generateKeyPairSync('rsa', { modulusLength: 2048 }) : generateKeyPairSync('ed25519');
  return signerWith(key.privateKey).dnsRecord().value;
}

describe('canonical forms', () => {
  const chunk = fc.constantFrom(
    'a',
    'b:',
    ';',
    ' ',
    '  ',
    '\t',
    ' \t',
    '\r\n',
    '\r\n\r\n',
    '.',
    '人',
    '=',
    'x'.repeat(80),
  );
  const body = fc.array(chunk, { maxLength: 30 }).map((chunks) => chunks.join(''));
  const value = fc
    .array(fc.constantFrom('a', 'é', ':', ';', ' ', '  ', '\t', '\r\n ', '\r\n\t', '=?UTF-8?B?5Lq6?='), {
      maxLength: 15,
    })
    .map((chunks) => `${chunks.join('')}.`);
  const name = fc.constantFrom('Subject', 'To', 'reply-to', 'SENDER', 'Date ', 'X-Other', 'Content-Type\t');

  it('are those of mailauth for any body and any header', async () => {
    const fields = fc.array(fc.tuple(name, value), { maxLength: 6 });
    await fc.assert(
      fc.asyncProperty(fields, body, fc.constantFrom(...signers), async (extra, text, signer) => {
        const header = extra.map(([field, words]) => `${field}:${words}\r\n`).join('');
        const signed = await signer.sign(Buffer.from(`${header}From: a@example.org\r\n\r\n${text}`));
        expect(await judge(signed, signer)).toBe('pass');
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['a bare LF in the header', `From: a@example.org\nTo: b\r\n\r\nbody\r\n`],
    ['a bare LF in the body', `${head}\r\nbody\nmore\r\n`],
    ['a bare CR in the body', `${head}\r\nbody\rmore\r\n`],
    ['a bare LF at the start', `\n${head}\r\nbody`],
    ['a bare CR at the end', `${head}\r\nbody\r`],
    ['no end of the header', head],
  ])('are refused for %s', async (_title, message) => {
    await expect(signers[0]?.sign(Buffer.from(message))).rejects.toMatchObject({ code: 'invalid' });
  });
});

describe('a signer', () => {
  const seed = Buffer.from('nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=', 'base64');
  const pkcs8 = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), seed]);

  it('publishes an Ed25519 key as RFC 8463 appendix A does', () => {
    const privateKey = createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' });
    expect(createDkimSigner({ domain: 'football.example.com', selector: 'brisbane', privateKey }).dnsRecord()).toEqual({
      name: 'brisbane._domainkey.football.example.com',
      value: 'v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=',
    });
  });

  it.each([
    ['an RSA key of 512 bits', generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey, /512 bits/],
    ['an EC key', generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey, /RSA or Ed25519/],
    ['an Ed448 key', generateKeyPairSync('ed448').privateKey, /RSA or Ed25519/],
    ['a public key', generateKeyPairSync('rsa', { modulusLength: 2048 }).publicKey, /private key/],
  ])('refuses %s', (_title, privateKey, message) => {
    expect(thrownBy(() => signerWith(privateKey))).toMatchObject({
      code: 'invalid',
      message: expect.stringMatching(message),
    });
  });

  it('takes an RSA key of 1,024 bits', async () => {
    const signer = signerWith(generateKeyPairSync('rsa', { modulusLength: 1024 }).privateKey);
    expect(await judge(await signer.sign(letter('from')), signer)).toBe('pass');
  });

  it.each([
    ['domain', '', 'todoke1'],
    ['domain', 'example.org; s=x', 'todoke1'],
    ['selector', 'example.org', 'to doke'],
    ['selector', 'example.org', 'x\r\ny'],
  ])('refuses a wrong %s (%o, %o)', (which, domain, selector) => {
    const refusal = thrownBy(() => createDkimSigner({ domain, selector, privateKey: ed25519 }));
    expect(refusal).toMatchObject({ code: 'invalid', message: expect.stringContaining(which) });
  });
});

function thrownBy(call: () => unknown): AppError {
  try {
    call();
  } catch (error) {
    if (error instanceof AppError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}
