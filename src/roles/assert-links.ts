/** A campaign that writes to its signers needs the public address of the pages: a link to this machine would help nobody. */
import type { Campaign } from '../campaigns/campaign.ts';
import { writesToSigners } from '../campaigns/notice-rules.ts';
import type { Config } from '../config.ts';
import { AppError } from '../errors.ts';

/** Throws `invalid` where real mail would carry such links. */
export function assertLinks({ SMTP_URL, ORIGIN }: Pick<Config, 'SMTP_URL' | 'ORIGIN'>, campaign: Campaign): void {
  if (SMTP_URL === undefined || ORIGIN !== undefined || !writesToSigners(campaign)) return;
  const remedy = 'set ORIGIN to the public address of the pages';
  throw new AppError('invalid', `this campaign sends its signers mails with links in them: ${remedy}`);
}
