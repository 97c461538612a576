import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import type {
  Attributes,
  Context,
  ContextManager,
  Span,
  SpanOptions,
  TextMapPropagator,
  Tracer,
} from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { HttpTransport } from '../../sdk/client/http-transport';
import { traced } from '../../sdk/telemetry';
import { useServer } from '../support/use-server';
import { ask } from './plain-client';

// A busy machine may take that long.
jest.setTimeout(60_000);

/** What a span was, when it has ended. */
interface EndedSpan {
  readonly name: string;
  readonly spanId: string;
  readonly parentId: string | null;
  readonly attributes: Attributes;
}

const ended: EndedSpan[] = [];
let spans = 0;

/** The least that is an SDK of OpenTelemetry: contexts that follow promises, one header, and spans in a list. */
class Contexts implements ContextManager {
  readonly #storage = new AsyncLocalStorage<Context>();
  active = (): Context => this.#storage.getStore() ?? ROOT_CONTEXT;
  with: ContextManager['with'] = (active, fn, thisArg, ...args) =>
    this.#storage.run(active, () => fn.call(thisArg!, ...args));
  bind: ContextManager['bind'] = (_active, target) => target;
  enable = (): this => this;
  disable = (): this => this;
}

const TRACE_ID = '0123456789abcdef0123456789abcdef';
const spanContextOf = (spanId: string) => ({ traceId: TRACE_ID, spanId, traceFlags: 1 });

const oneHeader: TextMapPropagator = {
  inject: (from, carrier, setter) => {
    const spanId = trace.getSpanContext(from)?.spanId;
    if (spanId !== undefined) setter.set(carrier, 'x-span', spanId);
  },
  extract: (from, carrier, getter) => {
    const spanId = getter.get(carrier, 'x-span');
    return typeof spanId === 'string' ? trace.setSpanContext(from, spanContextOf(spanId)) : from;
  },
  fields: () => ['x-span'],
};

function startSpan(name: string, attributes: Attributes, parent: Context): Span {
  const spanId = String((spans += 1));
  const parentId = trace.getSpanContext(parent)?.spanId ?? null;
  const base = trace.wrapSpanContext(spanContextOf(spanId));
  return Object.assign(base, { end: () => void ended.push({ name, spanId, parentId, attributes }) });
}

/** What the server and the SDK call of a tracer. */
const tracer = {
  startSpan: (name: string, options?: SpanOptions, parent?: Context) =>
    startSpan(name, options?.attributes ?? {}, parent ?? context.active()),
  startActiveSpan: (name: string, options: SpanOptions, fn: (span: Span) => unknown) => {
    const span = startSpan(name, options.attributes ?? {}, context.active());
    return context.with(trace.setSpan(context.active(), span), fn, undefined, span);
  },
} as Tracer;

beforeAll(() => {
  context.setGlobalContextManager(new Contexts());
  propagation.setGlobalPropagator(oneHeader);
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
});

afterAll(() => {
  trace.disable();
  propagation.disable();
  context.disable();
});

const server = useServer();

beforeEach(() => {
  ended.length = 0;
});

describe('traces of a server', () => {
  it('show what the store was asked within a request, as a part of what the client does', async () => {
    const response = await fetch(server.url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'x-span': 'of-the-client' },
      body: JSON.stringify({
        query:
          'mutation { registerShardWorker(input: {worker: "w", task: "t", source: "s", mode: OPTIMISTIC}) { __typename } }',
      }),
    });
    expect(await response.json()).toEqual({
      data: { registerShardWorker: { __typename: 'ShardRegisterWorkerSuccess' } },
    });
    const request = ended.find(({ name }) => name === 'lockstep.graphql');
    expect(request?.parentId).toBe('of-the-client');
    const within = ended.filter(({ parentId }) => parentId === request?.spanId).map(({ name }) => name);
    expect(within).toEqual(['lockstep.store.range', 'lockstep.store.grant', 'lockstep.store.txn']);
  });

  it('go on from what a worker of the SDK does', async () => {
    const transport = new HttpTransport(server.url, null);
    const request = { query: 'query Phase { shardCluster { phase } }', variables: {}, operationName: 'Phase' };
    await traced('lockstep.report', {}, () => transport.request(request, AbortSignal.timeout(30_000)));
    const report = ended.find(({ name }) => name === 'lockstep.report');
    expect(ended.filter(({ name }) => name === 'lockstep.graphql')).toMatchObject([{ parentId: report?.spanId }]);
  });

  it('begin with the request if the client says nothing', async () => {
    await ask(server.url, '{ shardCluster { phase } }');
    expect(ended.filter(({ name }) => name === 'lockstep.graphql')).toMatchObject([{ parentId: null }]);
  });
});
