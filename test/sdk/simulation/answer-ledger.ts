import type { Transport, TransportAnswer, TransportRequest } from '../../../sdk';
import { Ledger } from '../../end-to-end/ledger';

/** What requests of workers name. */
interface WorkerInput {
  readonly session: { readonly task: string; readonly source: string };
  readonly table?: { readonly schema: string; readonly table: string } | null;
  readonly attempt: string;
  readonly revision: string;
}

/** What answers to them say, if they aren't errors. */
interface WorkerAnswer {
  readonly revision?: string;
  readonly outcome?: string;
}

/** Keeps what a server has answered to workers, also what never reaches them. */
export class AnswerLedger {
  readonly ledger = new Ledger();

  /** A connection whose answers are kept. */
  keep(inner: Transport): Transport {
    return {
      request: async (request, signal) => {
        const answer = await inner.request(request, signal);
        this.#note(request, answer);
        return answer;
      },
      subscribe: (request, signal) => inner.subscribe(request, signal),
      close: () => inner.close(),
    };
  }

  #note({ operationName, variables }: TransportRequest, { body }: TransportAnswer): void {
    const { data } = body as { readonly data?: Readonly<Record<string, WorkerAnswer>> | null };
    const [answer] = Object.values(data ?? {});
    const input = variables['input'] as WorkerInput;
    if (operationName === 'ReportShardInfo' || operationName === 'ReportShardSourceInfo')
      this.#noteReport(input, answer);
    if (operationName === 'AcknowledgeShardOperation') this.#noteAcknowledgement(input, answer);
  }

  #noteReport({ session: { task, source }, table = null, attempt }: WorkerInput, answer?: WorkerAnswer): void {
    const revision = answer?.revision;
    if (revision !== undefined) this.ledger.reports.push({ task, source, table, attempt, revision: Number(revision) });
  }

  #noteAcknowledgement(
    { session: { task, source }, table = null, revision }: WorkerInput,
    answer?: WorkerAnswer,
  ): void {
    const outcome = answer?.outcome;
    if (outcome !== undefined)
      this.ledger.acknowledgements.push({ task, source, table, operation: Number(revision), outcome });
  }
}
