/** A photo or scan as it came to one that holds nothing but what can be seen: no place, no time, no device. */
import { AppError } from '../errors.ts';
import sharp from 'sharp';

/** A picture of a page that can be read: two 4K screens. */
const mostPixels = 50_000_000;
/** Longest side of what is kept, in pixels: an A4 page at 340 dpi. */
const longestSide = 4_000;

// A photo once in a while must not take the processor and the memory of those who answer people.
sharp.concurrency(1);
sharp.cache(false);

/**
 * Decodes JPEG, PNG or WebP and writes a new JPEG, upright and without any metadata. Nothing of the old file is copied,
 * so nothing can hide in it. Throws `invalid` when it cannot be decoded or is larger than 50 million pixels.
 */
export async function cleanPicture(sent: Buffer): Promise<Buffer> {
  try {
    return await sharp(sent, { limitInputPixels: mostPixels, failOn: 'error', pages: 1 })
      .autoOrient()
      .resize({ width: longestSide, height: longestSide, fit: 'inside', withoutEnlargement: true })
      .flatten({ background: '#ffffff' })
      .jpeg({ quality: 85 })
      .timeout({ seconds: 20 })
      .toBuffer();
  } catch (cause) {
    throw new AppError(
      'invalid',
      'This picture cannot be read: send a whole JPEG, PNG or WebP file of at most 50 million pixels.',
      { cause },
    );
  }
}
