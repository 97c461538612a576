import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Context, ContextManager, Span, TextMapPropagator } from '@opentelemetry/api';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { useServer } from '../support/use-server';
import { ask } from './plain-client';

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
  inject: () => undefined,
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

beforeAll(() => {
  context.setGlobalContextManager(new Contexts());
  propagation.setGlobalPropagator(oneHeader);
  trace.setGlobalTracerProvider({
    getTracer: () => ({
      startSpan: (name, options, parent) => startSpan(name, options?.attributes ?? {}, parent ?? context.active()),
      startActiveSpan: () => {
        throw new Error('spans of the server name their parents');
      },
    }),
  });
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
    expect(within).toEqual(['lockstep.store.grant', 'lockstep.store.txn']);
  });

  it('begin with the request if the client says nothing', async () => {
    await ask(server.url, '{ shardCluster { phase } }');
    expect(ended.filter(({ name }) => name === 'lockstep.graphql')).toMatchObject([{ parentId: null }]);
  });
});
