/** What a petition consists of, with a hash for every part. It holds no names: it may be published. */
import { z } from 'zod';
import type { Instant } from '../clock.ts';
import type { PetitionSheet } from './petition-sheet.ts';
import type { TypesetVolume } from './typeset-volume.ts';

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);
const place = z.int().positive();

const volumeSchema = z.strictObject({
  volume: place,
  from: place,
  to: place,
  pages: place,
  /** The names on each page of the PDF that has names. */
  pageRanges: z.array(z.strictObject({ page: place, from: place, to: place })),
  file: z.string(),
  pdfSha256: sha256,
  /** The same names as a letter to be posted, where the campaign wants it. */
  letter: z.strictObject({ file: z.string(), pdfSha256: sha256, pages: place }).optional(),
});

export const manifestSchema = z.strictObject({
  petition: z.string(),
  /** The texts that were signed, by their content. */
  campaigns: z.array(z.strictObject({ slug: z.string(), version: z.string() })).min(1),
  target: z.string(),
  count: place,
  sealedAt: z.iso.datetime(),
  /** Of the canonical list of names: the durable fingerprint (`names-digest.ts`). */
  digest: sha256,
  /** Root of the blinded tree over the names (`names-tree.ts`), and the id of the key the blinds are derived from. */
  tree: z.strictObject({ root: sha256, key: z.string() }).optional(),
  volumes: z.array(volumeSchema).min(1),
  csv: z.strictObject({ file: z.string(), sha256 }),
  /** Names not printed as they were written, with the code points that were not. */
  substituted: z.array(z.strictObject({ number: place, codePoints: z.array(z.string()) })),
  /** What made these bytes; a newer version may make others from the same list. */
  templateSha256: sha256,
  engine: z.string(),
  fonts: z.array(z.strictObject({ file: z.string(), sha256 })),
});

export type Manifest = z.infer<typeof manifestSchema>;

/** A volume that was made. */
export interface VolumePart {
  volume: number;
  file: string;
  pdfSha256: string;
  typeset: Omit<TypesetVolume, 'pdf'>;
  letter?: { file: string; pdfSha256: string; pages: number };
}

interface ManifestParts {
  sheet: PetitionSheet;
  campaigns: { slug: string; version: string }[];
  sealedAt: Instant;
  /** In order. The PDFs themselves may be gone from memory by now. */
  volumes: VolumePart[];
  csv: { file: string; sha256: string };
  tree?: { root: string; key: string };
  templateSha256: string;
}

/**
 * Puts the manifest together.
 * @throws ZodError when a part is missing or the volumes hold no names.
 */
export function buildManifest(parts: ManifestParts): Manifest {
  const { sheet, campaigns, sealedAt, volumes, csv, tree, templateSha256 } = parts;
  const typeset = volumes.map((volume) => volume.typeset);
  // Volumes made before and after an upgrade differ in these; then all of them are listed.
  const engines = new Set(typeset.map((volume) => volume.engine));
  const fonts = new Map(typeset.flatMap((volume) => volume.fonts).map((font) => [font.file + font.sha256, font]));
  return manifestSchema.parse({
    petition: sheet.number,
    campaigns,
    target: sheet.target,
    count: sheet.count,
    sealedAt: new Date(sealedAt).toISOString(),
    digest: sheet.digest,
    tree,
    volumes: volumes.map(({ volume, file, pdfSha256, letter, typeset: { pages, pageRanges } }) => ({
      volume,
      from: pageRanges[0]?.from,
      to: pageRanges.at(-1)?.to,
      pages,
      pageRanges,
      file,
      pdfSha256,
      letter,
    })),
    csv,
    substituted: typeset.flatMap((volume) => volume.substituted),
    templateSha256,
    engine: [...engines].join(', '),
    fonts: [...fonts.values()],
  });
}
