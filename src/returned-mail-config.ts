/** Variables of the doors by which mail and relays' events come back; `config.ts` reads them with all others. */
import { z } from 'zod';

/** Comma-separated; several, so that an old one still holds while a new one is put in. */
const list = z.string().transform((text) =>
  text
    .split(',')
    .map((each) => each.trim())
    .filter((each) => each !== ''),
);

/** Of a secret that comes with a webhook and is all the proof there is. */
const shortestSecret = 16;

export const returnedMailVariables = {
  BOUNCE_DOMAIN: z
    .string()
    .min(1)
    .prefault('bounce.todoke.example')
    .describe('Domain of our return paths; its MX points to the bounce listener.'),
  BOUNCE_HOST: z.string().min(1).prefault('127.0.0.1').describe('Address the bounce listener binds to.'),
  BOUNCE_PORT: z.coerce
    .number()
    .int()
    .min(0)
    .max(65_535)
    .prefault('2525')
    .describe('Port of the bounce listener; 0 takes a free one.'),
  BOUNCE_PROTOCOL: z
    .enum(['smtp', 'lmtp'])
    .prefault('smtp')
    .describe('What the bounce listener speaks: `smtp`, or `lmtp` (RFC 2033) behind a mail server of yours.'),
  IMAP_URL: z
    .url({ protocol: /^imaps?$/, error: 'use imaps://user:password@host:993/Folder' })
    .optional()
    .describe(
      'Mailbox that collects returned mail, read beside the bounce listener: `imaps://user:password@host:993/Folder`, special characters percent-encoded, the inbox when no folder is named. `imap://` needs STARTTLS except on this machine.',
    ),
  IMAP_STORED: z
    .enum(['keep', 'remove'])
    .prefault('keep')
    .describe(
      'What becomes of a mail in the mailbox after it was stored: `keep` marks it as seen, `remove` deletes it.',
    ),
  SES_TOPICS: list
    .optional()
    .describe(
      'ARNs of the SNS topics that Amazon SES reports to, comma-separated. Opens `/v1/reports/ses` for these topics and no others.',
    ),
  SNS_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe(
      'Where certificates and confirmations of SNS are asked for in the place of `https://sns.REGION.amazonaws.com`: a proxy of a closed network.',
    ),
  SENDGRID_KEYS: list
    .optional()
    .describe(
      'Verification keys of the SendGrid event webhook (base64), comma-separated. Opens `/v1/reports/sendgrid`.',
    ),
  MAILGUN_KEYS: list
    .optional()
    .describe('HTTP webhook signing keys of Mailgun, comma-separated. Opens `/v1/reports/mailgun`.'),
  POSTMARK_LOGINS: list
    .optional()
    .describe(
      'Logins that Postmark sends with its webhooks, as `user:password`, comma-separated, each 16 characters or more. Opens `/v1/reports/postmark`.',
    ),
  BREVO_TOKENS: list
    .optional()
    .describe(
      'Tokens that Brevo sends with its webhooks as `Authorization: Bearer …`, comma-separated, each 16 characters or more. Opens `/v1/reports/brevo`.',
    ),
};

type Doors = z.output<z.ZodObject<typeof returnedMailVariables>>;

/** What no variable shows alone, or what its type cannot say. */
export function returnedMailProblems(config: Doors): string[] {
  const problems: string[] = [];
  for (const name of ['POSTMARK_LOGINS', 'BREVO_TOKENS'] as const)
    if (config[name]?.some((secret) => secret.length < shortestSecret))
      problems.push(`${name}: use at least ${shortestSecret} characters, since nothing else proves who sends`);
  if (config.IMAP_URL !== undefined && new URL(config.IMAP_URL).username === '')
    problems.push('IMAP_URL: name a user, as in imaps://user:password@host:993/Folder');
  return problems;
}
