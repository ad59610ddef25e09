/** One campaign: its state, what is missing, its days, its texts in every language, and what staff can do with it. */
import { join } from 'node:path';
import { dkimDomains } from '../../../secrets.ts';
import type { Campaign } from '../../../campaigns/campaign.ts';
import { openForEdit } from '../../../campaigns/editing/save-edit.ts';
import { checkParts, type Finding, openingCheck } from '../../../campaigns/editing/opening-check.ts';
import { lastChanges, textNames, translations } from '../../../campaigns/editing/translations.ts';
import { versionsOf } from '../../../campaigns/versions/versions.ts';
import { testLettersOf } from '../../../outbox/ask-for-test-letter.ts';
import { towards } from '../../../outbox/site-table.ts';
import { type ChannelMode, readChannel } from '../../../outbox/channel-table.ts';
import { periodInWords } from '../../pages/page-dates.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { targetName } from '../petitions/names-shown.ts';
import { holdsAt, readHolds, type HoldView } from '../targets/hold-view.ts';
import { targetWords } from '../targets/target-words.ts';
import { fill, type StaffVisit } from '../visit.ts';
import { campaignOf, type CampaignState, languageName, saversOf, stateOf, titleOf, todayFor } from './campaign-view.ts';
import { campaignRoad } from './campaign-road.ts';
import { campaignWords, type CampaignWords } from './campaign-words.ts';

export function campaignPage(door: Door, needs: ConsoleNeeds): void {
  door.get('/campaigns/:id', 'read', (visit) => showCampaign(needs, visit));
}

/** Everything that keeps this campaign from opening, or should be looked at. */
export async function findingsOf(needs: ConsoleNeeds, campaign: Campaign): Promise<Finding[]> {
  const { files } = await openForEdit(needs.database, campaign.slug);
  const history = await versionsOf(needs.database.read, campaign.slug);
  return openingCheck({
    campaign,
    files,
    changes: lastChanges(history),
    today: todayFor(campaign, needs.clock.now()),
    isRehearsal: needs.config.SMTP_URL === undefined,
    signedDomains: dkimDomains(needs.config.DKIM_DIR ?? join(needs.config.DATA_DIR, 'dkim')),
  });
}

async function showCampaign(needs: ConsoleNeeds, visit: StaffVisit): Promise<void> {
  const campaign = campaignOf(needs, visit);
  const words = visit.words(campaignWords);
  const { slug, period } = campaign;
  const { files, version } = await openForEdit(needs.database, slug);
  const history = await versionsOf(needs.database.read, slug);
  const findings = await findingsOf(needs, campaign);
  const state = stateOf(campaign, needs.clock.now());
  const [newest] = history;
  const savers = await saversOf(needs, visit, history.slice(0, 1));
  const mayWrite = visit.may('campaigns');
  const tests = mayWrite ? await testLettersOf(needs.database, slug, visit.signedIn.staff.id, needs.clock.now()) : [];
  visit.show('campaign', {
    title: titleOf(campaign, visit.language).text,
    words,
    campaign,
    version,
    heading: titleOf(campaign, visit.language),
    state,
    mayWrite,
    days: periodInWords(period.from, period.to, visit.frame.dates),
    targets: await targetsOf(needs, visit, campaign),
    changed: newest && {
      text: fill(words.changed, {
        who: savers.get(newest.seq) ?? '',
        when: visit.moment(newest.savedAt, period.timeZone).text,
      }),
    },
    troubles: needs.book.troubles.get(slug) ?? [],
    isChecked: isChecked(state, findings),
    check: checkList(words, findings, (tag) => languageName(needs, tag)),
    opensLater: campaign.draft && period.from > todayFor(campaign, needs.clock.now()),
    mayOpen: findings.every(({ level }) => level !== 'must'),
    translations: translations(files, lastChanges(history)).map((each) => ({
      ...each,
      name: languageName(needs, each.language),
    })),
    textNames,
    more: Object.keys(needs.words)
      .filter((tag) => !campaign.languages.includes(tag) && !campaign.preparing.includes(tag))
      .map((tag) => ({ value: tag, text: languageName(needs, tag) })),
    publicLinks: campaign.draft
      ? []
      : campaign.languages.map((tag) => ({ tag, name: languageName(needs, tag), href: `/actions/${slug}/${tag}` })),
    tests: tests.map((test) => ({
      ...test,
      said: words.test[test.endedAt === null ? 'waiting' : (test.verdict ?? 'waiting')],
      at: visit.moment(test.askedAt, period.timeZone),
    })),
    login: visit.signedIn.staff.login,
    road: state === 'draft' ? undefined : await campaignRoad(needs, visit, campaign),
  });
}

/** Once it is open, a list with nothing to do only takes room; that a closed one is over is no news. */
function isChecked(state: CampaignState, findings: readonly Finding[]): boolean {
  return (
    (state === 'open' || state === 'closed') && findings.every(({ kind }) => state === 'closed' && kind === 'over')
  );
}

interface TargetView {
  id: string;
  name: string;
  mode: ChannelMode;
  said: string;
  holds: HoldView[];
}

/** Whom it asks, with how each is reached now. */
async function targetsOf(needs: ConsoleNeeds, visit: StaffVisit, { targets, period }: Campaign): Promise<TargetView[]> {
  const { modes } = visit.words(targetWords);
  const holds = await readHolds(needs);
  return Promise.all(
    targets.map(async ({ id }) => {
      const { mode } = await readChannel(needs.database.read, id);
      const place = { place: towards(id), zone: period.timeZone };
      return {
        id,
        name: targetName(needs, visit, id),
        mode,
        said: modes[mode],
        holds: holdsAt(needs, visit, holds, place),
      };
    }),
  );
}

/** The check list: each part fine, or with what is to be done. */
function checkList(words: CampaignWords, findings: readonly Finding[], nameOf: (tag: string) => string) {
  return checkParts.map((part) => {
    const own = findings.filter((finding) => finding.part === part);
    const level = own.some((finding) => finding.level === 'must') ? 'must' : own.length > 0 ? 'should' : 'fine';
    return {
      part,
      level,
      title: words.check.parts[part].title,
      lines:
        own.length === 0
          ? [words.check.parts[part].fine]
          : own.map(({ kind, language, text, value }) =>
              fill(words.check.findings[kind], {
                language: language === undefined ? '' : nameOf(language),
                text: text === undefined ? '' : words.names[text],
                value: value ?? '',
              }),
            ),
    };
  });
}
