/** The letter in one's own mailbox: a test through the relay that real letters use. */
import { AppError } from '../../../errors.ts';
import { compileLetter } from '../../../letters/compile-letter.ts';
import { askForTestLetter } from '../../../outbox/ask-for-test-letter.ts';
import { recordAction } from '../../../staff/staff-event-table.ts';
import type { Door } from '../console-door.ts';
import type { ConsoleNeeds } from '../console-needs.ts';
import { campaignOf } from './campaign-view.ts';
import { campaignWords } from './campaign-words.ts';

export function testLetterRoutes(door: Door, needs: ConsoleNeeds): void {
  door.post('/campaigns/:id/test', { need: 'campaigns', recorded: 'by-step' }, async (visit) => {
    const campaign = campaignOf(needs, visit);
    const words = visit.words(campaignWords);
    const { form, signedIn } = visit;
    const target = campaign.targets.find(({ id }) => id === form['target']) ?? campaign.targets[0];
    const language = campaign.languages.find((tag) => tag === form['language']) ?? campaign.languages[0];
    if (target === undefined || language === undefined) throw new AppError('not-found', 'There is no such letter.');
    const actor = signedIn.staff.id;
    const page = `/console/campaigns/${campaign.slug}`;
    try {
      await askForTestLetter(needs, {
        campaign,
        target,
        language,
        letter: await compileLetter(campaign, target, language),
        name: signedIn.staff.name,
        message: form['with-message'] === undefined ? undefined : words.editor['sample-message'],
        mark: words.test.mark,
        staff: { id: actor, address: signedIn.staff.login },
        recorded: (transaction) =>
          recordAction(needs, transaction, { actor, what: 'campaign.test', subject: campaign.slug }),
      });
    } catch (thrown) {
      const field = thrown instanceof AppError ? thrown.fields[0]?.field : undefined;
      if (field !== 'rate' && field !== 'address') throw thrown;
      return visit.done(page, field === 'rate' ? words.test['too-many'] : words.test['is-target']);
    }
    await visit.done(page, words.test.sent);
  });
}
