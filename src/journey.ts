/** Which step runs for which job, and which steps run on a timer: the map of the service at work. */
import type { Config } from './config.ts';
import type { Jobs } from './jobs.ts';
import type { Queue } from './queue/queue.ts';

export interface Steps {
  sendLetters(job: Jobs['send-letters']): Promise<void>;
  readReport(job: Jobs['read-report']): Promise<void>;
  reviewChannel(job: Jobs['review-channel']): Promise<void>;
  makePetitionFiles(job: Jobs['make-petition-files']): Promise<void>;
  releaseLetters(): Promise<void>;
  sweepOverdue(): Promise<void>;
  reviewAllChannels(): Promise<void>;
  sweepPetitions(): Promise<void>;
  finishErasures(): Promise<void>;
}

/** Starts everything that works by itself. */
export function startJourney(
  queue: Queue,
  config: Pick<Config, 'RELEASE_EVERY' | 'SWEEP_EVERY' | 'SMTP_CONNECTIONS'>,
  steps: Steps,
): void {
  // Each job of fifty letters keeps the relay's connections busy; a second one is written and signed meanwhile.
  queue.work('send-letters', steps.sendLetters, 2);
  queue.work('read-report', steps.readReport, 4);
  queue.work('review-channel', steps.reviewChannel, 1);
  queue.work('make-petition-files', steps.makePetitionFiles, 1);

  queue.every('release-letters', config.RELEASE_EVERY, steps.releaseLetters);
  queue.every('sweep-overdue', config.SWEEP_EVERY, steps.sweepOverdue);
  queue.every('review-all-channels', config.SWEEP_EVERY, steps.reviewAllChannels);
  queue.every('sweep-petitions', config.SWEEP_EVERY, steps.sweepPetitions);
  queue.every('finish-erasures', config.SWEEP_EVERY, steps.finishErasures);
}
