/** `todoke campaign check|preview|embed`: what is wrong with a campaign's files, what its letters look like, what other sites paste. */
import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { inLanguage } from '../campaigns/campaign-book.ts';
import { readCampaignFiles } from '../campaigns/campaign-files.ts';
import type { Campaign } from '../campaigns/campaign.ts';
import { openingCheck } from '../campaigns/editing/opening-check.ts';
import { loadCampaign, loadCampaigns } from '../campaigns/load-campaigns.ts';
import { loadWords, wordsFolder, wordsFor } from '../campaigns/words.ts';
import { fillVariables } from '../campaigns/variables.ts';
import { systemClock } from '../clock.ts';
import { readConfig } from '../config.ts';
import { AppError } from '../errors.ts';
import { compileLetter } from '../letters/compile-letter.ts';
import { mergeLetter } from '../letters/merge-letter.ts';
import { localDate } from '../intake/signature.ts';
import { composeMessage } from '../outbox/message.ts';
import { embedSnippets } from '../web/pages/snippets.ts';
import { previewNotices } from './preview-notices.ts';
import { trySheets } from '../petitions/try-sheets.ts';
import { dkimDomains } from '../secrets.ts';
import { campaignWords } from '../web/console/campaigns/campaign-words.ts';
import { loadConsoleWords } from '../web/console/page-words.ts';
import { createTerminal } from './terminal.ts';

/** Checks one folder or all; a mistake is thrown as one error that lists every place. */
export async function checkCampaigns(slug: string | undefined): Promise<void> {
  const terminal = createTerminal();
  const words = await loadWords(wordsFolder);
  for (const campaign of await load(slug)) {
    const { languages, targets, version } = campaign;
    for (const target of targets) for (const language of languages) await compileLetter(campaign, target, language);
    await trySheets(campaign, words);
    terminal.line(
      `${terminal.good('✓')} ${campaign.slug}  ${terminal.dim(`version ${version} · ${languages.join(', ')} · ${targets.length} target(s)`)}`,
    );
    for (const line of await missing(campaign)) terminal.line(`  ${line}`);
  }
}

/** Prints what another site pastes into its page, in one language. */
export async function embedCampaign(
  slug: string,
  options: { language?: string; key?: string; form?: boolean },
): Promise<void> {
  const [campaign] = await load(slug);
  if (!campaign) return;
  const language = options.language ?? campaign.languages[0] ?? '';
  const words = wordsFor(await loadWords(wordsFolder), language);
  if (!words || !campaign.languages.includes(language))
    throw new AppError(
      'invalid',
      `This campaign is not in this language: use one of ${campaign.languages.join(', ')}.`,
    );
  const { ORIGIN, HOST, PORT } = readConfig();
  const origin = ORIGIN ?? `http://${HOST}:${PORT}`;
  const snippets = embedSnippets({ origin, campaign, language, words, key: options.key });
  createTerminal().line(options.form ? snippets.form : snippets.script);
}

/** What should be done before the campaign opens, as the console says it. */
async function missing(campaign: Campaign): Promise<string[]> {
  const { CAMPAIGNS_DIR: root, SMTP_URL, DKIM_DIR, DATA_DIR } = readConfig();
  const { check, names } = loadConsoleWords([campaignWords])(campaignWords, 'en');
  const findings = openingCheck({
    campaign,
    files: await readCampaignFiles(join(root, campaign.slug), root, []),
    today: localDate(systemClock.now(), campaign.period.timeZone),
    isRehearsal: SMTP_URL === undefined,
    signedDomains: dkimDomains(DKIM_DIR ?? join(DATA_DIR, 'dkim')),
  });
  return findings.map(({ kind, level, text, language = '', value = '' }) => {
    const words: Record<string, string> = { text: text === undefined ? '' : names[text], language, value };
    return `${check[level]}: ${fillVariables(check.findings[kind], (name) => words[name] ?? '')}`;
  });
}

async function load(slug: string | undefined): Promise<Campaign[]> {
  const folder = readConfig().CAMPAIGNS_DIR;
  if (slug === undefined) return loadCampaigns(folder);
  if (!existsSync(join(folder, slug))) throw new AppError('not-found', `There is no folder ${slug} in ${folder}.`);
  return [await loadCampaign(join(folder, slug))];
}

const sampleNames: Record<string, string> = { ja: '人権 守', en: 'Mamoru Jinken' };

/** Writes the letter to every target in every language, as it would be sent, and the mails to its signers. */
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
  const show = async (name: string, files: Record<string, string | Buffer>): Promise<void> => {
    const base = join(options.out, name);
    for (const [ending, contents] of Object.entries(files)) await writeFile(`${base}.${ending}`, contents);
    if (chromium) await photograph(chromium, `${base}.html`, `${base}.png`);
    terminal.line(`${base}.{${[...Object.keys(files), ...(chromium ? ['png'] : [])].join(',')}}`);
  };
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
      const files = { eml: message, html: letter.html, txt: letter.text };
      await show(`${slug}-${target.id}-${language}`, files);
    }
  }
  for (const { name, ...mail } of await previewNotices(campaign))
    await show(`${slug}-${name}`, { html: mail.html, txt: mail.text });
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
