/** Step: names that wait are sealed into a petition. Names come in batches; one commit at the end seals it. */
import { setImmediate as letOthersGo } from 'node:timers/promises';
import { stopwatch, type Clock } from '../clock.ts';
import { AppError } from '../errors.ts';
import { reach } from '../points.ts';
import type { Queue } from '../queue/queue.ts';
import type { Database } from '../storage/database.ts';
import { noteEvent } from '../webhooks/note-event.ts';
import { beginPetition, planPetition, type PetitionWish } from './begin-petition.ts';
import type { Rest } from './free-cores.ts';
import { gatherNames } from './gather-names.ts';
import { namesPerVolume } from './make-volumes.ts';
import { createNamesDigest } from './names-digest.ts';
import { namesOnPetition } from './names-on-petition.ts';
import { petitionEvent } from './petition-event.ts';
import { holdPetition, petitionTable, untouched, type Petition } from './petition-table.ts';
import { countWaiting } from './waiting-names.ts';

export interface SealNeeds {
  database: Database;
  clock: Clock;
  /** Names in one transaction. */
  perBatch?: number;
  /** Between two batches; others have a turn unless said otherwise. */
  rest?: Rest;
  /** Metrics: called once the petition is sealed. */
  sealed?(): void;
  /** Called after every batch with the petition so far. */
  progress?(petition: Petition): void;
}

/**
 * Seals every name that waits for one target, of one campaign or several, and is not withheld. What takes longer
 * than `patience` seconds goes on by itself: then the petition comes back as it is, `sealing`. After a crash the
 * sweep goes on with it: what was begun is sealed. Throws as `planPetition` and `beginPetition` do.
 */
export async function sealPetition(
  needs: SealNeeds & { queue: Pick<Queue, 'ask'> },
  wish: PetitionWish,
  patience = Infinity,
): Promise<Petition> {
  const waited = stopwatch();
  const plan = await planPetition(needs, wish);
  reach('before-seal');
  const begun = await needs.database.write((transaction) =>
    beginPetition(transaction, needs.clock, plan, needs.perBatch),
  );
  const petition = await finishSealing(needs, begun.id, () => waited() < patience);
  await needs.queue.ask('finish-petition', { petitionId: petition.id });
  return petition;
}

/** Goes on with a petition that is being sealed, from wherever it is, as long as `goOn` says so; gives it as it is then. */
export async function finishSealing(
  needs: SealNeeds,
  petitionId: string,
  goOn: () => boolean = () => true,
): Promise<Petition> {
  const { database, clock, rest = letOthersGo } = needs;
  for (;;) {
    reach('names-gathered');
    await rest();
    const { before, after } = await database.write(async (transaction) => {
      const petition = await holdPetition(transaction, petitionId, ['sealing', 'sealed', 'voiding', 'void']);
      if (petition.state !== 'sealing') return { before: petition, after: petition };
      return { before: petition, after: await gatherNames(transaction, petition, clock.now(), needs.perBatch) };
    });
    if (after.state !== 'sealing') return after;
    needs.progress?.(after);
    const petition = after === before ? await seal(needs, after) : after;
    if (petition.state !== 'sealing' || !goOn()) return petition;
  }
}

/** Seals what was gathered; gives it unsealed when somebody gathered more meanwhile. */
async function seal(needs: SealNeeds, gathered: Petition): Promise<Petition> {
  const { database, clock } = needs;
  const digest = createNamesDigest();
  for await (const { name } of namesOnPetition(database.read, gathered)) {
    if (name === null) throw new AppError('internal', 'a name on the petition was erased');
    digest.add(name);
  }
  reach('names-counted');
  const { target, sealedAt: signedUntil } = gathered;
  let withheld = 0;
  for (const { slug: campaign } of gathered.campaigns)
    withheld += (await countWaiting(database.read, { campaign, target, signedUntil })).withheld;
  const { petition, isOurs } = await database.write(async (transaction) => {
    const held = await holdPetition(transaction, gathered.id, ['sealing', 'sealed', 'voiding', 'void']);
    if (held.state !== 'sealing' || held.names !== gathered.names) return { petition: held, isOurs: false };
    const campaigns = held.campaigns.filter(({ names }) => names > 0);
    const sealed = {
      state: 'sealed',
      digest: digest.hex(),
      volumes: Math.ceil(held.names / namesPerVolume),
      campaigns,
      campaign: campaigns[0]?.slug ?? held.campaign,
      campaignVersion: campaigns[0]?.version ?? held.campaignVersion,
      withheld,
      done: 0,
      dueAt: clock.now() + untouched,
    } as const;
    const petition = { ...held, ...sealed };
    await transaction.update(petitionTable, { id: held.id }, sealed);
    await noteEvent(transaction, clock, petitionEvent('petition.sealed', petition));
    return { petition, isOurs: true };
  });
  if (isOurs) {
    reach('sealed');
    needs.sealed?.();
  }
  return petition;
}
