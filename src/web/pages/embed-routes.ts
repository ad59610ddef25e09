/** What other sites put into their pages: the script, and the parts of the form it shows there. */
import { type Request, type Response, Router } from 'express';
import type { Campaign } from '../../campaigns/campaign.ts';
import { textDirection } from '../../campaigns/text-direction.ts';
import { AppError } from '../../errors.ts';
import { sendProblem } from '../problem.ts';
import { signingState } from './action-page.ts';
import { assetOf } from './assets.ts';
import { pageLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { renderTemplate } from './render-page.ts';
import { byHand, sendingView } from './sending-view.ts';
import { emptyForm, formView } from './sign-form.ts';

export function embedRoutes(needs: PageNeeds): Router {
  const router = Router({ caseSensitive: true });

  // Its address never changes, since it stands in pages of others: it is asked for again soon.
  router.get('/embed.js', (_request, response) => {
    response.set({ 'Cache-Control': 'public, max-age=600', 'Cross-Origin-Resource-Policy': 'cross-origin' });
    response.type('js').send(assetOf('embed.js').text);
  });

  router.all('/actions/:campaign/:language/form.json', needs.crossOrigin('GET'));
  router.get(
    '/actions/:campaign/:language/form.json',
    async (request: Request<{ campaign: string; language: string }>, response: Response) => {
      const campaign = needs.book.find(request.params.campaign);
      const language = campaign?.languages.find((tag) => tag === request.params.language);
      if (!campaign || !language)
        return sendProblem(response, new AppError('not-found', 'There is no such campaign in this language.'));
      const now = needs.clock.now();
      const state = signingState(campaign, { now, keepOpen: needs.keepOpen });
      if (state === 'not-yet' || state === 'closed')
        return sendProblem(response, new AppError('conflict', 'This campaign takes no signatures at the moment.'));
      if (campaign.protection.proofOfWork !== 'off')
        return sendProblem(
          response,
          new AppError('conflict', 'This campaign is signed on its own page at the moment.'),
        );
      response.set('Cache-Control', 'private, no-cache').json(await formParts(needs, campaign, language));
    },
  );
  return router;
}

/** HTML, style and words for `templates/pages/embed.js`; escaped here, as it shows them as they are. */
async function formParts(needs: PageNeeds, campaign: Campaign, language: string) {
  const { words } = pageLanguage(needs.words, language);
  const channels = await Promise.all(campaign.targets.map((target) => needs.channelOf(target.id)));
  const { way, paper, sender, privacy } = sendingView({ campaign, language, words, channels });
  const form = formView({ campaign, language, words, puzzle: undefined }, emptyForm(), [], undefined);
  const html = renderTemplate('pages/embed-form', {
    words,
    form,
    privacy,
    title: campaign.page[language]?.title ?? '',
    direction: textDirection(language),
    page: `${needs.origin()}/actions/${campaign.slug}/${language}`,
    sending: [way, channels.every(byHand) ? undefined : sender.words, paper].filter((each) => each !== undefined),
    submit: words.form[channels.every(byHand) ? 'submit-hand' : 'submit'],
  });
  const accent = campaign.theme.colors.accent ?? '#8e2418';
  return { html, css: `:host { --seal: ${accent}; }\n${assetOf('embed.css').text}`, words: words.problems };
}
