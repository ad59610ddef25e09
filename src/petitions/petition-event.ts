/** What a webhook tells of a petition: numbers and ids, never a person and no words that staff wrote. */
import type { NewEvent, WebhookEventType } from '../webhooks/webhook-event-table.ts';
import type { Petition } from './petition-table.ts';

/** A fact about one petition. `once` tells apart facts of one type; with the same one it is noted a single time. */
export function petitionEvent(
  type: Extract<WebhookEventType, `petition.${string}`>,
  petition: Pick<Petition, 'id' | 'serial' | 'campaign' | 'target' | 'names' | 'volumes' | 'digest'>,
  more: Readonly<Record<string, string>> = {},
  once = more['hand_in'] ?? '',
): NewEvent {
  const { id, serial, campaign, target, names, volumes, digest } = petition;
  return {
    type,
    fact: [type, id, once].filter((part) => part !== '').join(':'),
    data: { petition: id, serial, campaign, target, names, volumes, digest, ...more },
  };
}
