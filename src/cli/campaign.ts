/** `todoke campaign check|preview`: what is wrong with a campaign's files, and what its letters look like. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inLanguage } from '../campaigns/campaign-book.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { loadCampaign, loadCampaigns } from '../campaigns/load-campaigns.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { compileLetter } from '../letters/compile-letter.ts';
import { mergeLetter } from '../letters/merge-letter.ts';
import { composeMessage } from '../outbox/message.ts';
import { createTerminal } from './terminal.ts';

/** Checks one folder or all; a mistake is thrown as one error that lists every place. */
export async function checkCampaigns(slug: string | undefined): Promise<void> {
  const terminal = createTerminal();
  for (const campaign of await load(slug)) {
    const { languages, targets, version } = campaign;
    for (const target of targets) for (const language of languages) await compileLetter(campaign, target, language);
    terminal.line(
      `${terminal.good('✓')} ${campaign.slug}  ${terminal.dim(`version ${version} · ${languages.join(', ')} · ${targets.length} target(s)`)}`,
    );
  }
}

async function load(slug: string | undefined): Promise<Campaign[]> {
  const folder = readConfig().CAMPAIGNS_DIR;
  if (slug === undefined) return loadCampaigns(folder);
  if (!existsSync(join(folder, slug))) throw new AppError('not-found', `There is no folder ${slug} in ${folder}.`);
  return [await loadCampaign(join(folder, slug))];
}

const sampleNames: Record<string, string> = { ja: '人権 守', en: 'Mamoru Jinken' };

/** Writes the letter to every target in every language, as it would be sent. */
export async function previewCampaign(
  slug: string,
  options: { out: string; name?: string; message?: string },
): Promise<void> {
  const terminal = createTerminal();
  const [campaign] = await load(slug);
  if (!campaign) return;
  await mkdir(options.out, { recursive: true });
  const chromium = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome'].find((path) =>
    existsSync(path),
  );
  for (const target of campaign.targets) {
    for (const language of campaign.languages) {
      const name = options.name ?? sampleNames[language] ?? 'Mamoru Jinken';
      const letter = mergeLetter(await compileLetter(campaign, target, language), { name, message: options.message });
      const message = composeMessage({
        letterId: '0000000000000000',
        identity: campaign.sender.identity,
        signer: { name, address: 'signer@mail.example' },
        organisation: inLanguage(campaign.organisation.name, language),
        senderAddress: campaign.sender.address,
        to: { name: inLanguage(target.name, language), address: target.mailboxes[0] ?? '' },
        language,
        ...letter,
        date: systemClock.now(),
      });
      const base = join(options.out, `${slug}-${target.id}-${language}`);
      const files = { eml: message, html: letter.html, txt: letter.text };
      for (const [ending, contents] of Object.entries(files)) await writeFile(`${base}.${ending}`, contents);
      if (chromium) await photograph(chromium, `${base}.html`, `${base}.png`);
      terminal.line(`${base}.{${[...Object.keys(files), ...(chromium ? ['png'] : [])].join(',')}}`);
    }
  }
  if (!chromium) terminal.line(terminal.dim('No picture: install chromium for a .png beside each .html.'));
}

async function photograph(chromium: string, page: string, picture: string): Promise<void> {
  const flags = [
    '--headless',
    '--no-sandbox',
    '--disable-gpu',
    '--hide-scrollbars',
    '--disable-background-networking',
    '--window-size=760,1200',
  ];
  await promisify(execFile)(chromium, [...flags, `--screenshot=${resolve(picture)}`, `file://${resolve(page)}`], {
    timeout: 30_000,
  });
}
