import type { Registry } from 'prom-client';
import type { MetricsPage, ReadServer } from '../../ports/metrics';
import { ServerGauges } from './server-gauges';

/** A registry as text in Prometheus's format, with what is true of the server when somebody looks. */
export class PrometheusPage implements MetricsPage {
  readonly #gauges: ServerGauges;
  #running: Promise<string> | null = null;

  constructor(
    private readonly registry: Registry,
    private readonly read: ReadServer,
  ) {
    this.#gauges = new ServerGauges(registry);
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  /** Whoever looks while somebody else does gets the same text: nobody makes a reading cost more than one. */
  text(): Promise<string> {
    this.#running ??= this.#write().finally(() => (this.#running = null));
    return this.#running;
  }

  async #write(): Promise<string> {
    this.#gauges.show(await this.read());
    return await this.registry.metrics();
  }
}
