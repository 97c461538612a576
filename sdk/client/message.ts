import { LockstepError } from '../../src/core/model/error';
import type { TransportRequest } from './transport';

/** A request document with the types of its variables and data, which the published schema promises. */
export class Message<Variables extends object, Data extends object> {
  constructor(
    readonly name: string,
    readonly document: string,
  ) {}

  /** The request with its variables. */
  request(variables: Variables): TransportRequest {
    const entries: Readonly<Record<string, unknown>> = Object.fromEntries(Object.entries(variables));
    return { query: this.document, variables: entries, operationName: this.name };
  }

  /** The one root field of the data of an answer without errors: the one place that trusts the server's types. */
  root(data: object): Data[keyof Data] {
    const values: readonly Data[keyof Data][] = Object.values(data);
    const [value] = values;
    if (value === undefined) throw new LockstepError('PROTOCOL_BROKEN', `an answer to ${this.name} without its field`);
    return value;
  }
}
