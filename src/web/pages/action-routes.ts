/** Routes of the campaigns: the page in each language, and signing. */
import { randomUUID } from 'node:crypto';
import { type Request, type Response, Router, urlencoded } from 'express';
import type { Campaign } from '../../campaigns/campaign.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import { AppError, type FieldProblem } from '../../errors.ts';
import { readSignature } from '../../intake/signature.ts';
import { type ActionFacts, actionPage, languagesOf, signingState, stateWords } from './action-page.ts';
import { toAppError } from '../problem.ts';
import { lookRoutes } from './look.ts';
import { pageStatus, sendFailure } from './failure-page.ts';
import { houseLanguage, pageLanguage, preferredLanguage } from './page-language.ts';
import type { PageNeeds } from './page-needs.ts';
import { sendPage } from './render-page.ts';
import { emptyForm, type FilledForm, readForm, signatureOf } from './sign-form.ts';

const formType = 'application/x-www-form-urlencoded';

/** The widest allowed message in four-byte characters, percent-encoded, still fits. */
const readBody = urlencoded({ extended: false, limit: '64kb', parameterLimit: 100 });

export function actionRoutes(needs: PageNeeds): Router {
  const router = Router({ caseSensitive: true });

  router.get('/actions/:campaign', (request, response) => {
    const campaign = needs.book.find(request.params.campaign);
    if (!campaign) return notFound(needs, request, response);
    response.vary('Accept-Language').set('Cache-Control', 'private, no-cache');
    response.redirect(302, `/actions/${campaign.slug}/${preferredLanguage(request, campaign.languages)}`);
  });

  router.use(lookRoutes(needs));

  // The address a browser shows after a form with mistakes: somebody may keep or reload it.
  router.get('/actions/:campaign/sign', (request, response) => {
    response.redirect(302, `/actions/${encodeURIComponent(request.params.campaign)}`);
  });

  router.get('/actions/:campaign/:language', async (request, response) => {
    const campaign = needs.book.find(request.params.campaign);
    const language = campaign?.languages.find((tag) => tag === request.params.language);
    if (!campaign || !language) return notFound(needs, request, response);
    await showAction(needs, response, { campaign, language, form: emptyForm(), status: 200 });
  });

  router.post('/actions/:campaign/sign', readBody, async (request, response) => {
    const campaign = needs.book.find(request.params.campaign);
    if (!campaign) return notFound(needs, request, response);
    if (!request.is(formType)) {
      return sendFailure(response, houseLanguage(request, needs.words), { status: 415, said: 'invalid' });
    }
    await sign(needs, campaign, { request, response, form: readForm(request.body) });
  });

  return router;
}

interface Signing {
  request: Request;
  response: Response;
  form: FilledForm;
}

async function sign(needs: PageNeeds, campaign: Campaign, { request, response, form }: Signing): Promise<void> {
  const now = needs.clock.now();
  const language =
    campaign.languages.find((tag) => tag === form.language) ?? preferredLanguage(request, campaign.languages);
  const { words } = pageLanguage(needs.words, language);
  const state = signingState(campaign, { now, keepOpen: needs.keepOpen });
  if (state === 'not-yet' || state === 'closed') {
    const said = { title: words.failures[state].title, text: stateWords(campaign, state, words).sentence };
    const page = languagesOf(campaign, needs.words).find((each) => each.language === language);
    const link = { href: page?.href ?? '/', text: campaign.page[language]?.title ?? words.frame.home };
    return sendFailure(response, { language, words }, { status: 409, said, link });
  }
  const again = { campaign, language, form };
  try {
    const needed = { campaign, source: sourceOf(request), door: 'form', now, keepOpen: needs.keepOpen } as const;
    const { eventId, ...signature } = readSignature(signatureOf(form), needed);
    if (form.trap !== '') {
      // Never taken and dropped in silence: a browser may have filled the field for a person.
      needs.refused?.();
      return await showAction(needs, response, { ...again, status: 422, notice: words.problems.again });
    }
    await needs.limits.network(campaign, needs.visitors.addressOf(request));
    await assertSolved(needs, campaign, form);
    await needs.limits.address(campaign, signature.email);
    const accepted = await needs.accept(signature, eventId);
    response.redirect(303, `/receipts/${encodeURIComponent(needs.receiptToken(accepted.id))}`);
  } catch (thrown) {
    needs.refused?.();
    const error = toAppError(thrown);
    const status = pageStatus(error);
    if (error.code === 'invalid') {
      await showAction(needs, response, { ...again, status, problems: error.fields });
    } else if (error.code === 'unavailable') {
      // Nothing typed is lost, and the same event id goes along: it may have been stored after all.
      response.set('Retry-After', String(error.retryAfter ?? 60));
      await showAction(needs, response, { ...again, status, notice: words.problems.busy });
    } else if (error.code === 'too-many') {
      const seconds = error.retryAfter ?? 3_600;
      response.set('Retry-After', String(seconds));
      const notice = fillVariables(words.problems.limit, () => String(Math.ceil(seconds / 60)));
      await showAction(needs, response, { ...again, status, notice });
    } else if (error.fields.some(({ field }) => field === 'event_id')) {
      const fresh = { ...form, eventId: undefined };
      await showAction(needs, response, { ...again, form: fresh, status, notice: words.problems.used });
    } else {
      throw thrown;
    }
  }
}

/** Throws `invalid` when the campaign asks for work and the form brings none. */
async function assertSolved(needs: PageNeeds, campaign: Campaign, form: FilledForm): Promise<void> {
  const { eventId = '', proof, answer } = form;
  if (await needs.puzzles.isSolved(campaign, eventId, { proof, answer })) return;
  const problem = 'is not the result: write it as a number';
  throw new AppError('invalid', 'The question was not answered.', { fields: [{ field: 'answer', problem }] });
}

interface Shown {
  campaign: Campaign;
  language: string;
  form: FilledForm;
  status: number;
  problems?: readonly FieldProblem[];
  notice?: string;
}

async function showAction(needs: PageNeeds, response: Response, shown: Shown): Promise<void> {
  const { campaign, language, status, problems = [], notice } = shown;
  const eventId = shown.form.eventId ?? randomUUID();
  const form = { ...shown.form, eventId };
  const puzzle = await needs.puzzles.puzzleOf(campaign, eventId);
  const channels = await Promise.all(campaign.targets.map((target) => needs.channelOf(target.id)));
  const { words } = pageLanguage(needs.words, language);
  const { keepOpen } = needs;
  const now = needs.clock.now();
  const origin = needs.origin();
  const facts: ActionFacts = {
    campaign,
    origin,
    language,
    words,
    now,
    keepOpen,
    channels,
    form,
    problems,
    puzzle,
    notice,
  };
  sendPage(response.status(status), language, actionPage(facts, needs.words));
}

function notFound(needs: PageNeeds, request: Request, response: Response): void {
  sendFailure(response, houseLanguage(request, needs.words), { status: 404, said: 'not-found' });
}

/**
 * Which front end sent a form. Our own pages send no Referer and `Origin: null`, because their policy is
 * no-referrer; browsers tell in Sec-Fetch-Site (W3C Fetch Metadata) what these two then do not.
 */
function sourceOf(request: Pick<Request, 'headers'>): 'page' | 'form' {
  const { 'sec-fetch-site': site, origin, referer, host } = request.headers;
  if (typeof site === 'string') return site === 'same-origin' || site === 'none' ? 'page' : 'form';
  const from = (URL.parse(origin ?? '') ?? URL.parse(referer ?? ''))?.host;
  return from === undefined || from === host ? 'page' : 'form';
}
