/** Style and scripts of the pages, read once; an address changes with its contents, so that browsers may keep it. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Router } from 'express';

/** All there are; the scripts are extras, and every page does its work without them. */
const names = ['todoke.css', 'preview.js', 'proof.js', 'embed.css', 'embed.js'] as const;
export type AssetName = (typeof names)[number];

interface Asset {
  text: string;
  version: string;
}

const known = new Map<AssetName, Asset>();

export function assetOf(name: AssetName): Asset {
  const kept = known.get(name);
  if (kept) return kept;
  const text = readFileSync(new URL(`../../../templates/pages/${name}`, import.meta.url), 'utf8');
  const asset = { text, version: createHash('sha256').update(text).digest('hex').slice(0, 8) };
  known.set(name, asset);
  return asset;
}

/** Where pages find an asset: `/assets/todoke.css?v=0a1b2c3d`. */
export function assetAddress(name: AssetName): string {
  return `/assets/${name}?v=${assetOf(name).version}`;
}

export function assetRoutes(): Router {
  const router = Router({ caseSensitive: true });
  for (const name of names) {
    router.get(`/assets/${name}`, (request, response) => {
      const { text, version } = assetOf(name);
      const keep = request.query['v'] === version ? 'public, max-age=31536000, immutable' : 'public, max-age=300';
      response.type(name).set('Cache-Control', keep).send(text);
    });
  }
  return router;
}
