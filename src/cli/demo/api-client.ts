/** The API as a member of staff would call it. */
import type { z } from 'zod';
import { AppError } from '../../errors.ts';
import { campaignAnswer, petitionAnswer, targetAnswer } from '../../web/api/answers.ts';
import { handInAnswer } from '../../web/api/hand-in-answers.ts';

export type TargetView = z.output<typeof targetAnswer>;
export type PetitionView = z.output<typeof petitionAnswer>;

export interface ApiClient {
  campaign(slug: string): Promise<z.output<typeof campaignAnswer>>;
  target(campaign: string, target: string): Promise<TargetView>;
  compile(campaign: string, target: string): Promise<PetitionView>;
  petition(id: string): Promise<PetitionView>;
  handIn(
    petition: string,
    report: { outcome: string; at: string; place: string },
  ): Promise<z.output<typeof handInAnswer>>;
}

/** Answers are held to the documented shapes: a demo that runs is a demo of the documentation too. */
export function createApiClient(origin: string, key: string): ApiClient {
  async function call<Shape extends z.ZodType>(shape: Shape, path: string, body?: unknown): Promise<z.output<Shape>> {
    const response = await fetch(origin + path, {
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    if (!response.ok) throw new AppError('internal', `${path} answered ${response.status}: ${JSON.stringify(answer)}`);
    return shape.parse(answer);
  }
  return {
    campaign: (slug) => call(campaignAnswer, `/v1/campaigns/${slug}`),
    target: (campaign, target) => call(targetAnswer, `/v1/campaigns/${campaign}/targets/${target}`),
    compile: (campaign, target) => call(petitionAnswer, `/v1/campaigns/${campaign}/petitions`, { target }),
    petition: (id) => call(petitionAnswer, `/v1/petitions/${id}`),
    handIn: (petition, report) => call(handInAnswer, `/v1/petitions/${petition}/hand-ins`, report),
  };
}
