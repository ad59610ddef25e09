/** What a campaign under a flood asks of every form: work by the browser, or an answer where no script runs. The home of altcha-lib. */
import { createHmac, timingSafeEqual, type KeyObject } from 'node:crypto';
import { createChallenge, verifySolution } from 'altcha-lib';
import { deriveKey } from 'altcha-lib/algorithms/pbkdf2';
import { z } from 'zod';
import type { Campaign } from '../campaigns/campaign.ts';
import { hour, type Clock } from '../clock.ts';
import type { KeyRing } from '../key-ring.ts';

export interface Puzzle {
  /** For `templates/pages/proof.js`: the challenge as JSON. */
  challenge: string;
  /** For people without script: two numbers to be added. */
  sum: readonly [number, number];
}

export interface ProofOfWork {
  /** The puzzle of one form, or undefined when the campaign asks for none. Bound to the event, which is one signature. */
  puzzleOf(campaign: Campaign, eventId: string): Promise<Puzzle | undefined>;
  /** Whether a form came with the work or with the answer; true when the campaign asks for neither. */
  isSolved(campaign: Campaign, eventId: string, given: { proof: string; answer: string }): Promise<boolean>;
}

/** PBKDF2 rounds of one try; 256 tries are needed on average. Half a second, two and eight on a phone of some years. */
const rounds = { light: 2_000, normal: 10_000, heavy: 40_000 };
const algorithm = 'PBKDF2/SHA-256';

/** A form may lie open for an afternoon. */
const validFor = 12 * hour;

const proofSchema = z.strictObject({
  challenge: z.strictObject({
    parameters: z.strictObject({
      algorithm: z.literal(algorithm),
      nonce: z.string().max(64),
      salt: z.string().max(64),
      cost: z.int().min(1).max(rounds.heavy),
      keyLength: z.literal(32),
      keyPrefix: z.string().max(4),
      data: z.strictObject({ event: z.string().max(200), campaign: z.string().max(60), until: z.number() }),
    }),
    signature: z.string().max(64),
  }),
  counter: z.int().min(0).max(0xffffffff),
  derivedKey: z.string().length(64),
});

export function createProofOfWork({ keys, clock }: { keys: KeyRing; clock: Clock }): ProofOfWork {
  const current = keys.keys.get(keys.current);
  if (!current) throw new Error('the key ring has no current key');

  async function isProven(campaign: Campaign, eventId: string, text: string): Promise<boolean> {
    const proof = proofSchema.safeParse(parse(text)).data;
    if (!proof) return false;
    const { challenge, ...solution } = proof;
    const { data } = challenge.parameters;
    // The signature below covers these and the cost; one of an easier time is as good.
    if (data.event !== eventId || data.campaign !== campaign.slug || data.until <= clock.now()) return false;
    for (const key of keys.keys.values()) {
      const { verified } = await verifySolution({ challenge, solution, deriveKey, hmacSignatureSecret: secretOf(key) });
      if (verified) return true;
    }
    return false;
  }

  return {
    async puzzleOf({ protection, slug }, eventId) {
      if (protection.proofOfWork === 'off') return undefined;
      const challenge = await createChallenge({
        algorithm,
        cost: rounds[protection.proofOfWork],
        deriveKey,
        data: { event: eventId, campaign: slug, until: clock.now() + validFor },
        hmacSignatureSecret: secretOf(current),
      });
      return { challenge: JSON.stringify(challenge), sum: sumOf(current, eventId) };
    },
    async isSolved(campaign, eventId, { proof, answer }) {
      if (campaign.protection.proofOfWork === 'off') return true;
      // Without an id of its own, one answer would do for any number of forms.
      if (eventId === '') return false;
      if (proof !== '') return isProven(campaign, eventId, proof);
      const typed = Buffer.from(answer.normalize('NFKC').trim().slice(0, 10));
      const sums = [...keys.keys.values()].map((key) => sumOf(key, eventId));
      return sums
        .map(([a, b]) => Buffer.from(String(a + b)))
        .some((sum) => sum.length === typed.length && timingSafeEqual(sum, typed));
    },
  };
}

function secretOf(key: KeyObject): string {
  return createHmac('sha256', key).update('proof-of-work').digest('base64url');
}

/** The same two numbers from 2 to 9 for the same event, which nobody can work out without our key. */
function sumOf(key: KeyObject, eventId: string): readonly [number, number] {
  const [a = 0, b = 0] = createHmac('sha256', key).update(`sum\0${eventId}`).digest();
  return [2 + (a % 8), 2 + (b % 8)];
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
