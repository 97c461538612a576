import type { Logger } from '../../src/ports/logger';

type Level = 'debug' | 'info' | 'warn' | 'error';

/** A logger that keeps what it is told, for tests to look at. */
export class SilentLogger implements Logger {
  readonly lines: { readonly level: Level; readonly fields: object; readonly message: string }[] = [];

  debug(fields: object, message: string): void {
    this.lines.push({ level: 'debug', fields, message });
  }

  info(fields: object, message: string): void {
    this.lines.push({ level: 'info', fields, message });
  }

  warn(fields: object, message: string): void {
    this.lines.push({ level: 'warn', fields, message });
  }

  error(fields: object, message: string): void {
    this.lines.push({ level: 'error', fields, message });
  }
}
