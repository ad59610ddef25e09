/** The look of a campaign on its pages: its style sheet and its pictures, each under an address that changes with it. */
import { createHash } from 'node:crypto';
import { Router } from 'express';
import type { Campaign } from '../../campaigns/campaign.ts';
import { themeCss } from '../../campaigns/theme.ts';
import type { PageNeeds } from './page-needs.ts';
import type { Look } from './render-page.ts';

const forGood = 'public, max-age=31536000, immutable';

/** A drawing opened by itself must not run anything either. */
const drawingPolicy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox";

/** What the frame of a page needs to know. */
export function lookOf(campaign: Campaign): Look {
  const css = themeCss(campaign.theme.colors);
  return {
    stylesheet: css === '' ? undefined : `/actions/${campaign.slug}/theme.css?v=${versionOf(css)}`,
    logo: pictureAddress(campaign, 'logo'),
  };
}

/** Path of a picture, if the campaign has it. */
export function pictureAddress({ slug, pictures }: Campaign, kind: 'logo' | 'heading'): string | undefined {
  const picture = pictures[kind];
  return picture && `/actions/${slug}/pictures/${picture.name}`;
}

export function lookRoutes({ book }: Pick<PageNeeds, 'book'>): Router {
  const router = Router({ caseSensitive: true });

  router.get('/actions/:campaign/theme.css', (request, response, next) => {
    const campaign = book.find(request.params.campaign);
    const css = campaign && themeCss(campaign.theme.colors);
    if (!css) return next();
    const keep = request.query['v'] === versionOf(css) ? forGood : 'public, max-age=300';
    response.type('css').set('Cache-Control', keep).send(css);
  });

  router.get('/actions/:campaign/pictures/:name', (request, response, next) => {
    const pictures = Object.values(book.find(request.params.campaign)?.pictures ?? {});
    const picture = pictures.find(({ name }) => name === request.params.name);
    if (!picture) return next();
    response.set({ 'Content-Security-Policy': drawingPolicy, 'Cache-Control': forGood }).type(picture.type);
    response.send(Buffer.from(picture.base64, 'base64'));
  });
  return router;
}

function versionOf(css: string): string {
  return createHash('sha256').update(css).digest('hex').slice(0, 8);
}
