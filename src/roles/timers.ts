/** The role that keeps the time: releases due letters and finds what was left lying. One process at a time. */
import { asError } from '../errors.ts';
import { closeUnconfirmed } from '../ledger/close-unconfirmed.ts';
import { finishErasures } from '../ledger/take-back.ts';
import { noteHandedOver } from '../notices/note-handed-over.ts';
import { createNoticeRelease } from '../notices/release-notices.ts';
import { endCampaigns } from '../outbox/end-campaigns.ts';
import { releaseLetters } from '../outbox/release-letters.ts';
import { sweepTestLetters } from '../outbox/send-test-letter.ts';
import { sweepAnswers } from '../outcomes/forward-answer.ts';
import { reviewAllChannels } from '../outcomes/review-channel.ts';
import { sweepOverdue } from '../outcomes/sweep-overdue.ts';
import { chasePetitions } from '../petitions/chase-petitions.ts';
import { compileOnSchedule } from '../petitions/compile-on-schedule.ts';
import { sweepPetitions } from '../petitions/finish-petition.ts';
import { createTimers } from '../queue/timers.ts';
import { sweepWebhooks } from '../webhooks/sweep-webhooks.ts';
import { createElection } from './election.ts';
import { reviewNeedsOf, waitsOf, type RoleNeeds, type Running } from './role.ts';

export function openTimers(needs: RoleNeeds): Running {
  const { config, clock, log, book, database, queue, metrics } = needs;
  const onError = (step: string, error: Error): void => {
    metrics.stepFailed(step);
    log.error({ step, reason: error.message }, 'a step failed');
  };
  // SQLite has one process; a lease would only keep its successor waiting after a crash.
  const election = config.DATABASE_URL.kind === 'sqlite' ? undefined : createElection({ database, clock, log });
  const timers = createTimers({ elected: election ? election.won : () => Promise.resolve(true), onError });
  const shared = { database, clock, queue, book };
  // A rehearsal outside of a campaign's period is no end of it.
  const grace = config.KEEP_OPEN ? undefined : config.CAMPAIGN_GRACE;
  const sending = { ...shared, pacePerHour: config.PACE_PER_HOUR, lease: config.LEASE, grace };
  const review = reviewNeedsOf(needs);

  timers.every('release-letters', config.RELEASE_EVERY, () => releaseLetters(sending));
  timers.every('sweep-overdue', config.SWEEP_EVERY, () => sweepOverdue({ ...shared, ...waitsOf(needs) }));
  timers.every('review-all-channels', config.SWEEP_EVERY, () => reviewAllChannels(review));
  timers.every('end-campaigns', config.SWEEP_EVERY, () => endCampaigns({ ...shared, grace }));
  timers.every('compile-on-schedule', config.SWEEP_EVERY, () => compileOnSchedule({ ...shared, grace }));
  timers.every('sweep-answers', config.SWEEP_EVERY, () => sweepAnswers({ database, clock, queue }));
  timers.every('sweep-test-letters', config.SWEEP_EVERY, () => sweepTestLetters({ database, clock, queue }));
  timers.every('sweep-petitions', config.SWEEP_EVERY, () => sweepPetitions({ database, clock, queue }));
  timers.every('close-unconfirmed', config.SWEEP_EVERY, () => closeUnconfirmed({ database, clock }));
  timers.every('note-handed-over', config.SWEEP_EVERY, () => noteHandedOver({ database, clock, keys: needs.keys }));
  timers.every(
    'release-notices',
    config.RELEASE_EVERY,
    createNoticeRelease({ database, clock, queue, perHour: config.NOTICES_PER_HOUR, lease: config.LEASE }),
  );
  timers.every('chase-petitions', config.SWEEP_EVERY, () => chasePetitions(shared));
  timers.every('finish-erasures', config.SWEEP_EVERY, () => finishErasures({ database, clock }));
  timers.every('sweep-webhooks', config.SWEEP_EVERY, () =>
    sweepWebhooks({ database, clock, queue, endpoints: config.WEBHOOKS }),
  );
  return {
    async stop() {
      await timers.close();
      await election?.resign().catch((thrown: unknown) => onError('resign', asError(thrown)));
    },
  };
}
