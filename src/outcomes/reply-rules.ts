/**
 * Every reply rule in the order it is asked: receivers by their own words, phrases by stage, enhanced codes,
 * reply class. The first that matches decides. To teach a new reply, add a rule to its group under `reply-rules/`.
 */
import { enhancedCodeRules, replyClassRules } from './reply-rules/codes.ts';
import { formRules, sizeRules } from './reply-rules/letter-form.ts';
import { bareRecipientRules, deadRules, fullRules } from './reply-rules/mailboxes.ts';
import { authenticationRules, reputationRules } from './reply-rules/our-side.ts';
import { laterRules, networkRules, paceRules, sendingQuotaRules } from './reply-rules/passing.ts';
import { receiverRules } from './reply-rules/receivers.ts';
import { bareRefusalRules, contentRefusalRules, explicitRefusalRules } from './reply-rules/refusals.ts';
import type { ReplyRule } from './reply-rules/rule.ts';

export type { ReplyRule } from './reply-rules/rule.ts';

export const replyRules: readonly ReplyRule[] = [
  ...receiverRules,
  ...authenticationRules,
  ...explicitRefusalRules,
  ...sendingQuotaRules,
  ...reputationRules,
  ...fullRules,
  ...sizeRules,
  ...paceRules,
  ...deadRules,
  ...networkRules,
  ...contentRefusalRules,
  ...formRules,
  ...laterRules,
  ...bareRecipientRules,
  ...bareRefusalRules,
  ...enhancedCodeRules,
  ...replyClassRules,
];

/** The answer when no rule speaks: nothing is known, so nothing is counted and nothing is final. */
export const unknownRule = 'unknown';
