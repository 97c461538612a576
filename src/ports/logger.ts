/** Where the coordinator writes what operators should know; pino's loggers fit. */
export interface Logger {
  /** What is only of interest to whoever looks for one thing among thousands. */
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}
