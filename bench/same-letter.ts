/** The letter of the bench campaign as other programs are given it: the same words, people and headers. */
import { join } from 'node:path';
import { loadCampaign } from '../src/campaigns/load-campaigns.ts';
import type { Campaign, Target } from '../src/campaigns/campaign.ts';
import { compileLetter } from '../src/letters/compile-letter.ts';
import { mergeLetter, type CompiledLetter } from '../src/letters/merge-letter.ts';
import { displayName } from '../src/outbox/sender-identity.ts';
import { campaignOf } from './campaigns.ts';
import { mailDomains } from './people.ts';

export interface SameLetter {
  campaign: Campaign;
  target: Target;
  compiled: CompiledLetter;
}

export interface Person {
  name: string;
  email: string;
}

export async function openSameLetter(campaignsFolder: string): Promise<SameLetter> {
  const campaign = await loadCampaign(join(campaignsFolder, campaignOf(0).slug));
  const [target] = campaign.targets;
  if (!target) throw new Error('the sample campaign has no target');
  return { campaign, target, compiled: await compileLetter(campaign, target, 'ja') };
}

export function personOf(n: number): Person {
  return { name: `人権 守 ${n}`, email: `signer${n}@mail${n % mailDomains}.example` };
}

/** What nodemailer is asked to send; `html` stands in for the compiled one where a program makes its own. */
export function mailOf({ target, compiled }: SameLetter, person: Person, n: number, html?: string) {
  const merged = mergeLetter(compiled, { name: person.name, message: undefined });
  const id = String(n).padStart(16, '0');
  const to = { name: compiled.addressee, address: target.mailboxes[0] ?? '' };
  return {
    from: { name: displayName(person.name, compiled.organisation), address: compiled.sender },
    replyTo: { name: person.name, address: person.email },
    to,
    subject: compiled.subject,
    text: merged.text,
    html: html ?? merged.html,
    // nodemailer would take longer over quoted-printable, and the letter would be longer than ours.
    textEncoding: 'base64' as const,
    messageId: `<${id}${compiled.sender.slice(compiled.sender.indexOf('@'))}>`,
    headers: { 'Content-Language': compiled.language },
    envelope: { from: `b-${id}@bounce.todoke.example`, to: to.address },
  };
}
