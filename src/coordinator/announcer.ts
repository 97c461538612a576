import type { ActionRecord } from '../core/model/action';
import type { TaskName } from '../core/model/names';
import type { PublishedEvent } from '../core/model/published-event';
import type { Logger } from '../ports/logger';
import type { Metrics } from '../ports/metrics';
import { logAction, logEvents } from './log-events';
import type { WriteEnd } from './write-queue';

/** Tells the log and the metrics what happens to the store as a whole, while this server is the one that does. */
export class Announcer {
  constructor(
    private readonly options: {
      readonly logger: Logger;
      readonly metrics: Metrics;
      /** Whether this server speaks for the store. */
      readonly speaks: () => boolean;
    },
  ) {}

  tell(events: readonly PublishedEvent[]): void {
    const { logger, metrics, speaks } = this.options;
    if (!speaks()) return;
    metrics.happened(events.map(({ event }) => event));
    logEvents(logger, events);
  }

  tellIgnored(tasks: readonly TaskName[]): void {
    const { metrics, speaks } = this.options;
    if (speaks()) for (const task of tasks) metrics.ignoredAcknowledgement(task);
  }

  tellActions(actions: readonly ActionRecord[]): void {
    const { logger, metrics, speaks } = this.options;
    if (!speaks()) return;
    for (const action of actions) {
      metrics.endedAction(action.input.kind, action.state);
      logAction(logger, action);
    }
  }

  /** Of the ends of writes only one that is impossible is news. */
  tellEnd(end: WriteEnd): void {
    if (end.kind !== 'impossible') return;
    const { code, message } = end.error;
    this.options.logger.error({ code, write: end.id }, `the store refuses a write for good: ${message}`);
  }
}
