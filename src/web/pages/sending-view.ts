/** What is done with a signer's name and address, as it stands for this campaign and the channels of its targets. */
import { isAskedOf } from '../../campaigns/notice-rules.ts';
import type { Campaign } from '../../campaigns/campaign.ts';
import { fillVariables } from '../../campaigns/variables.ts';
import type { Words } from '../../campaigns/words.ts';
import { displayName } from '../../outbox/sender-identity.ts';
import type { ChannelMode } from './page-needs.ts';

export interface SendingFacts {
  campaign: Campaign;
  language: string;
  words: Words;
  /** How each target is reached now, in the order of the campaign. */
  channels: readonly ChannelMode[];
}

/** The sentences; `way` is there when all targets are reached alike. */
export function sendingView({ campaign, language, words, channels }: SendingFacts) {
  const { sending } = words;
  const organisation = campaign.organisation.name[language] ?? '';
  const onPaper = channels.every(byHand);
  const [way, ...otherWays] = new Set(channels.map((mode) => sending[wayOf(mode)]));
  return {
    way: otherWays.length === 0 ? way : undefined,
    confirm: isAskedOf(campaign.confirm, 'form') ? sending.confirm : undefined,
    paper: onPaper ? sending['paper-only'] : sending.paper,
    identity: onPaper ? sending['identity-by-mail'] : sending.identity,
    sender: {
      name: displayName(words.action['your-name'], organisation),
      address: campaign.sender.address,
      words: sending[`sender-${campaign.sender.identity}`],
    },
    privacy: {
      href: campaign.organisation.privacyPolicy[language] ?? '',
      words: fillVariables(sending.privacy, () => organisation),
    },
  };
}

export function byHand(mode: ChannelMode): boolean {
  return mode === 'hand' || mode === 'probing';
}

export function wayOf(mode: ChannelMode): 'mail' | 'slowed' | 'hand' {
  return mode === 'probing' ? 'hand' : mode;
}
