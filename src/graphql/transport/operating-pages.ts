import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CoordinatorService } from '../../coordinator/service';
import { refusalOf } from '../../core/request/access';
import type { Authenticator } from '../../identity/authenticator';
import type { MetricsPage } from '../../ports/metrics';
import { sendError } from './send-error';
import { takeRequest } from './take-request';
import type { TakeOptions } from './take-request';

/** What the pages show, and to whom. */
export interface OperatingPagesOptions {
  readonly service: Pick<CoordinatorService, 'readiness'>;
  /** Null: there are no metrics. */
  readonly metrics: MetricsPage | null;
  /** Metrics are for those who may read everything; null: for whoever reaches the server. */
  readonly authenticator: Authenticator | null;
  /** Told of a request of nobody that is known. */
  readonly onStranger: (request: IncomingMessage) => void;
}

/** Nobody sends a body to a page. */
const MAX_BODY_BYTES = 1_024;

/** The pages for those who operate a server, people and programs: `/livez`, `/readyz` and `/metrics`. */
export class OperatingPages {
  constructor(private readonly options: OperatingPagesOptions) {}

  /** Answer a request for one of the pages. @returns false: the path is none of them */
  async answer(path: string, request: IncomingMessage, response: ServerResponse): Promise<boolean> {
    switch (path) {
      case '/livez':
        sendJson(response, 200, { live: true });
        return true;
      case '/readyz': {
        const readiness = this.options.service.readiness();
        sendJson(response, readiness.ready ? 200 : 503, readiness);
        return true;
      }
      case '/metrics':
        if (this.options.metrics === null) return false;
        await this.#sendMetrics(this.options.metrics, request, response);
        return true;
      default:
        return false;
    }
  }

  async #sendMetrics(metrics: MetricsPage, request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authenticator, onStranger } = this.options;
    const options = { authenticator, onStranger, maxBodyBytes: MAX_BODY_BYTES };
    if (!(await mayRead(options, request, response))) return;
    const text = await metrics.text();
    response.setHeader('content-type', metrics.contentType);
    response.setHeader('cache-control', 'no-store');
    response.end(text);
  }
}

/** Whether who asks may read everything; if not, the request was answered so. */
async function mayRead(
  { authenticator, ...options }: Omit<TakeOptions, 'authenticator'> & Pick<OperatingPagesOptions, 'authenticator'>,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  if (authenticator === null) return true;
  const taken = await takeRequest({ authenticator, ...options }, request, response);
  if (taken === null) return false;
  const refusal = refusalOf(taken.asker.identity, { kind: 'read-all' });
  if (refusal !== null) sendError(response, 403, refusal.code, refusal.message);
  return refusal === null;
}

/** Answer with JSON that nobody keeps. */
export function sendJson(response: ServerResponse, status: number, body: object): void {
  response.statusCode = status;
  response.setHeader('content-type', 'application/json; charset=utf-8');
  response.setHeader('cache-control', 'no-store');
  response.end(`${JSON.stringify(body)}\n`);
}
