import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { listen, pathOf } from './listen';
import { makeListener } from './listener';
import type { ListenerOptions } from './listener';
import { OperatingPages, sendJson } from './operating-pages';
import type { OperatingPagesOptions } from './operating-pages';
import { sendError } from './send-error';

/** A listener with the operating pages only, for a network that clients don't reach; nobody has to say who he is there. */
export class OperatingServer {
  readonly #server: Server;
  readonly #pages: OperatingPages;

  /**
   * @param rules how patient it is, and with how many
   * @param reportDefect told of a defect that no answer could tell of
   */
  constructor(
    options: Omit<OperatingPagesOptions, 'authenticator' | 'onStranger'>,
    rules: Omit<ListenerOptions, 'tls'>,
    private readonly reportDefect: (error: unknown) => void,
  ) {
    this.#pages = new OperatingPages({ ...options, authenticator: null, onStranger: () => undefined });
    this.#server = makeListener({ ...rules, tls: null }, (request, response) => void this.#answer(request, response));
  }

  /** Listen. Port 0 is any that is free. @throws LockstepError INVALID_INPUT if the address can't be listened on */
  listen(host: string, port: number): Promise<AddressInfo> {
    return listen(this.#server, host, port);
  }

  /** Take no more requests; those that run are cut. */
  async close(): Promise<void> {
    const closed = new Promise<void>((resolve) => this.#server.close(() => resolve()));
    this.#server.closeAllConnections();
    await closed;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    try {
      if (await this.#pages.answer(pathOf(request.url), request, response)) return;
      sendJson(response, 404, { error: 'not found; there are /metrics, /livez and /readyz' });
    } catch (error) {
      this.reportDefect(error);
      if (response.headersSent) response.destroy();
      else sendError(response, 500, 'INTERNAL', 'the server failed; its log has the reason');
    }
  }
}
