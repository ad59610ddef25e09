/** What people will see: the letter in a mail program, the page, the petition; as saved, or as the form beside it says. */
import type { Response } from 'express';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { publishLanguage } from '../../../campaigns/editing/change-languages.ts';
import { openForEdit } from '../../../campaigns/editing/save-edit.ts';
import type { FileProblem } from '../../../campaigns/file-problem.ts';
import { escapeHtml } from '../../../campaigns/markdown.ts';
import { readCampaign } from '../../../campaigns/read-campaign.ts';
import type { Files } from '../../../campaigns/versions/versions.ts';
import { asError } from '../../../errors.ts';
import { compileLetter } from '../../../letters/compile-letter.ts';
import { mergeLetter } from '../../../letters/merge-letter.ts';
import { displayName } from '../../../outbox/sender-identity.ts';
import { renderTemplate, stylesheetAddress } from '../../pages/render-page.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import type { StaffVisit } from '../visit.ts';
import { mistakeInWords } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';
import { changedText, type EditedText, textOf } from './edited-text.ts';
import { pagePreview, petitionPreview } from './page-preview.ts';

/** No script runs in it, no form leaves it, nothing is fetched but our own style; only our own pages may frame it. */
const policy = [
  'sandbox allow-same-origin',
  "default-src 'none'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "form-action 'none'",
  "base-uri 'none'",
  "frame-ancestors 'self'",
].join('; ');

export function previewRoutes(door: Door, needs: ConsoleNeeds): void {
  door.get('/campaigns/:id/preview/:kind/:language', 'read', async (visit) => {
    const edited = textOf(needs, visit);
    const { files } = await openForEdit(needs.database, edited.campaign.slug);
    await show(needs, visit, edited, files);
  });

  // The form of the editor, sent into the frame beside it: nothing is saved.
  door.post('/campaigns/:id/preview/:kind/:language', { need: 'read', recorded: 'by-step' }, async (visit) => {
    const edited = textOf(needs, visit);
    const { files } = await openForEdit(needs.database, edited.campaign.slug);
    await show(needs, visit, edited, changedText(files, edited, visit.form));
  });
}

async function show(needs: ConsoleNeeds, visit: StaffVisit, edited: EditedText, files: Files): Promise<void> {
  const problems: FileProblem[] = [];
  const isShown = edited.campaign.languages.includes(edited.language);
  const whole = isShown ? files : publishLanguage(files, edited.language);
  const read = readCampaign(`campaigns/${edited.campaign.slug}`, whole, problems);
  if (read === undefined) return send(visit.response, problemPage(visit, problems));
  try {
    send(visit.response, await previewOf(needs, visit, edited, read.campaign));
  } catch (thrown) {
    // What the check does not see, the compiler of letters does.
    const problem = { file: edited.name, line: 1, column: 1, problem: asError(thrown).message, remedy: '' };
    send(visit.response, problemPage(visit, [problem]));
  }
}

function previewOf(
  needs: ConsoleNeeds,
  visit: StaffVisit,
  { kind, language }: EditedText,
  campaign: Campaign,
): Promise<string> | string {
  const words = visit.words(campaignWords);
  if (kind === 'letter') return letterPreview(visit, campaign, language);
  if (kind === 'page') return pagePreview(needs, campaign, language);
  return petitionPreview(needs, campaign, language, words.preview['petition-sample']);
}

/** The letter as a mail program shows it: what stands in its head, and then the letter itself. */
async function letterPreview(visit: StaffVisit, campaign: Campaign, language: string): Promise<string> {
  const { preview, editor } = visit.words(campaignWords);
  const target = campaign.targets.find(({ id }) => id === visit.form['target']) ?? campaign.targets[0];
  if (target === undefined) return '';
  const name = editor['sample-name'];
  const letter = mergeLetter(await compileLetter(campaign, target, language), {
    name,
    message: visit.form['with-message'] === undefined ? undefined : editor['sample-message'],
  });
  const head = [
    [preview.from, `${displayName(name, campaign.organisation.name[language] ?? '')} <${campaign.sender.address}>`],
    [preview.reply, name],
    [preview.to, target.name[language] ?? ''],
    [preview.subject, letter.subject],
  ];
  const rows = head.map(
    ([label = '', value = '']) =>
      `<tr><th style="text-align:start;padding:2px 12px 2px 0;color:#666;font-weight:normal;white-space:nowrap;vertical-align:top">${escapeHtml(label)}</th><td style="padding:2px 0;overflow-wrap:anywhere"><bdi>${escapeHtml(value)}</bdi></td></tr>`,
  );
  const style = 'border-bottom:1px solid #ddd;padding:12px 16px;font:14px/1.5 sans-serif;background:#fafafa;color:#222';
  return letter.html.replace(
    /<body[^>]*>/,
    (body) => `${body}<div style="${style}" lang="${visit.language}"><table>${rows.join('')}</table></div>`,
  );
}

function problemPage(visit: StaffVisit, problems: readonly FileProblem[]): string {
  const words = visit.words(campaignWords);
  return renderTemplate('console/preview-problems', {
    language: visit.language,
    title: words.preview.problems,
    problems: problems.map(({ file, line, ...rest }) => ({
      file,
      line,
      said: mistakeInWords(words, { file, line, ...rest }),
    })),
    stylesheet: stylesheetAddress(),
  });
}

function send(response: Response, html: string): void {
  response
    .set({ 'Content-Security-Policy': policy, 'X-Frame-Options': 'SAMEORIGIN', 'Cache-Control': 'no-store' })
    .type('html')
    .send(html);
}
