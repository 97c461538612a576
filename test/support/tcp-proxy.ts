import { connect, createServer } from 'node:net';
import type { Server, Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What happens to bytes, which are an answer if they come from the server: they, and all that come later, are swallowed; all
 * connections end instead of letting them through, or just behind them; null: they aren't those that are waited for.
 */
type Trap = (bytes: Buffer, isAnswer: boolean) => 'swallow' | 'cut-before' | 'cut-behind' | null;

/** A way to a server on loopback that can be cut, be slow, or swallow everything. */
export class TcpProxy {
  readonly #sockets = new Set<Socket>();
  #swallowing = false;
  #delayMs = 0;
  #trap: Trap | null = null;

  private constructor(
    private readonly server: Server,
    readonly port: number,
  ) {}

  /** A proxy to a port on loopback. */
  static async start(targetPort: number): Promise<TcpProxy> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port was given');
    const proxy = new TcpProxy(server, address.port);
    server.on('connection', (near) => proxy.#join(near, connect(targetPort, '127.0.0.1')));
    return proxy;
  }

  /** As a black hole: connections stay open, and new ones are accepted, but no byte gets through any more. */
  swallow(): void {
    this.#swallowing = true;
  }

  /** Let every byte take so long; 0: none does. */
  delay(delayMs: number): void {
    this.#delayMs = delayMs;
  }

  /** Once, when certain bytes come, do what the trap says. */
  setTrap(trap: Trap): void {
    this.#trap = trap;
  }

  /** Let bytes through; what was swallowed is gone, so its connections are too. */
  heal(): void {
    this.#swallowing = false;
    this.cut();
  }

  /** Let bytes through on new connections only: the old ones stay as they are, for ever silent. */
  healNewOnly(): void {
    for (const socket of this.#sockets) socket.removeAllListeners('data').resume();
    this.#swallowing = false;
  }

  /** End all connections. */
  cut(): void {
    for (const socket of this.#sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    this.cut();
    await closed;
  }

  #join(near: Socket, far: Socket): void {
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.#sockets.add(from);
      this.#forward(from, to, from === far);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.#sockets.delete(from);
        to.destroy();
      });
    }
  }

  /** In order, also what comes after the delay has become shorter. */
  #forward(from: Socket, to: Socket, isAnswer: boolean): void {
    let before: Promise<unknown> = Promise.resolve();
    let underWay = 0;
    from.on('data', (bytes: Buffer) => {
      if (this.#swallowing) return;
      const act = this.#trap?.(bytes, isAnswer) ?? null;
      if (act !== null) {
        this.#trap = null;
        if (act === 'swallow') this.swallow();
        if (act === 'cut-behind') to.write(bytes);
        if (act !== 'swallow') this.cut();
        return;
      }
      if (this.#delayMs === 0 && underWay === 0) {
        to.write(bytes);
        return;
      }
      underWay += 1;
      before = Promise.all([before, sleep(this.#delayMs)]).then(() => {
        underWay -= 1;
        to.write(bytes);
      });
    });
  }
}
