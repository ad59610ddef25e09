/** Tells operators that letters are held, or leave again: in the log and in the metrics, never with a person's data. */
import type { HoldEvent } from '../outbox/hold-event-table.ts';
import { targetOf } from '../outbox/site-table.ts';
import type { RoleNeeds } from './role.ts';

/** Said once per event, by the process that made it. */
export function tellOperators({ log, metrics }: Pick<RoleNeeds, 'log' | 'metrics'>, event: HoldEvent): void {
  const target = targetOf(event.place);
  const { what, reason } = event;
  if (what === 'opened' && target === undefined) {
    metrics.sitePause();
    log.error({ reason }, 'all sending is paused: the trouble is ours');
  } else if (what === 'opened') {
    metrics.targetPause();
    log.error({ reason, target }, 'sending to one target is paused: the trouble is ours, and only there');
  } else {
    const by = event.by === 'rule' ? 'rule' : 'staff';
    log.warn({ what, by, target: target ?? 'all' }, 'a hold on sending changed');
  }
}
