import { rootCertificates } from 'node:tls';
import { InterceptingCall } from '@grpc/grpc-js';
import type { CallOptions, Interceptor } from '@grpc/grpc-js';
import { noop } from 'cockatiel';
import { Etcd3 } from 'etcd3';
import type { IOptions } from 'etcd3';
import type { Clock } from '../../ports/clock';
import { CALL_MS } from './etcd-options';
import type { EtcdOptions, EtcdTls } from './etcd-options';

/**
 * How gRPC looks after a connection: silence is noticed, late, since a process that is busy for seconds reads no answer
 * meanwhile and would take a good connection for a dead one; calls and watches notice it sooner by themselves. A member that
 * comes back is tried within a second, where the usual pause grows to two minutes. Not sharing connections makes a new client
 * a new connection. etcd closes connections that are asked for signs of life more often than every five seconds.
 */
const CHANNEL: NonNullable<IOptions['grpcOptions']> = {
  'grpc.keepalive_time_ms': 10_000,
  'grpc.keepalive_timeout_ms': 20_000,
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.max_receive_message_length': -1,
  'grpc.use_local_subchannel_pool': 1,
};

/**
 * A client of one member. It is used until it fails, then retired: nothing new is asked of it, and it closes when its last
 * call has ended, so a call that is merely slow isn't cut off by the failure of another.
 */
export class Connection {
  readonly #client: Etcd3;
  readonly #retired = new AbortController();
  /** Resolves when it is closed. */
  readonly ended: Promise<void>;
  #end: () => void = () => undefined;
  #users = 0;
  #token: Promise<string> | null = null;

  constructor(
    readonly url: string,
    private readonly options: EtcdOptions,
    private readonly clock: Clock,
  ) {
    this.ended = new Promise((resolve) => {
      this.#end = resolve;
    });
    this.#client = new Etcd3({
      hosts: url,
      grpcOptions: CHANNEL,
      // The client's circuit breaker stays open for seconds after etcd is back; its retries would repeat what was written.
      faultHandling: { host: () => noop, global: noop },
      ...(options.tls === undefined ? {} : { credentials: credentialsOf(options.tls) }),
    });
  }

  /** Aborts when something better is to be used. */
  get retired(): AbortSignal {
    return this.#retired.signal;
  }

  /** Ask for something that ends by itself; it has a deadline. */
  async call<T>(ask: (client: Etcd3, options: CallOptions) => Promise<T>): Promise<T> {
    const release = this.#hold();
    try {
      const interceptors = await this.#interceptors({});
      return await ask(this.#client, { deadline: this.#deadline(), interceptors });
    } finally {
      release();
    }
  }

  /** Open a watch, which has no deadline; etcd ends it when the member has no leader. */
  async openWatch(): Promise<{
    readonly stream: Awaited<ReturnType<Etcd3['watchClient']['watch']>>;
    readonly release: () => void;
  }> {
    const release = this.#hold();
    try {
      const interceptors = await this.#interceptors({ hasleader: 'true' });
      return { stream: await this.#client.watchClient.watch({ interceptors }), release };
    } catch (error) {
      release();
      throw error;
    }
  }

  /** Ask nothing new of it. */
  retire(): void {
    this.#retired.abort();
    this.#closeUnused();
  }

  #hold(): () => void {
    this.#users += 1;
    let held = true;
    return () => {
      if (!held) return;
      held = false;
      this.#users -= 1;
      this.#closeUnused();
    };
  }

  #closeUnused(): void {
    if (this.#users > 0 || !this.retired.aborted) return;
    this.#client.close();
    this.#end();
  }

  #deadline(): number {
    return this.clock.wallMs() + (this.options.callMs ?? CALL_MS);
  }

  async #interceptors(metadata: Readonly<Record<string, string>>): Promise<Interceptor[]> {
    const { user } = this.options;
    if (user === undefined) return [addMetadata(metadata)];
    this.#token ??= this.#askToken(user);
    return [addMetadata({ ...metadata, token: await this.#token }), tellStaleToken];
  }

  /** The client's own way to ask for a token leaves a connection behind that nobody closes. */
  async #askToken(user: NonNullable<EtcdOptions['user']>): Promise<string> {
    try {
      return (await this.#client.auth.authenticate(user, { deadline: this.#deadline() })).token;
    } catch (error) {
      // Who is refused now may be let in later.
      this.#token = null;
      throw error;
    }
  }
}

function credentialsOf({ ca, certificate, key }: EtcdTls): NonNullable<IOptions['credentials']> {
  return {
    rootCertificate: ca ?? Buffer.from(rootCertificates.join('\n')),
    ...(key === undefined ? {} : { privateKey: key }),
    ...(certificate === undefined ? {} : { certChain: certificate }),
  };
}

function addMetadata(entries: Readonly<Record<string, string>>): Interceptor {
  return (options, nextCall) =>
    new InterceptingCall(nextCall(options), {
      start: (metadata, listener, next) => {
        for (const [name, value] of Object.entries(entries)) metadata.set(name, value);
        next(metadata, listener);
      },
    });
}

/** At these very words of etcd the client would ask again with the same token, until the deadline and without a pause. */
const tellStaleToken: Interceptor = (options, nextCall) =>
  new InterceptingCall(nextCall(options), {
    start: (metadata, _listener, next) => {
      next(metadata, {
        onReceiveStatus: (status, pass) =>
          pass({ ...status, details: status.details.replace('etcdserver: invalid auth token', 'invalid auth token') }),
      });
    },
  });
