import { readFileSync } from 'node:fs';
import { createSecureContext } from 'node:tls';
import { LockstepError } from '../core/model/error';
import type { Clock } from '../ports/clock';
import type { Logger } from '../ports/logger';
import { WatchedFiles, readingFile } from './watched-files';

/** The files by which a server proves who it is: PEM, the certificate with those that lead to its authority. */
export interface TlsPaths {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate and its private key. */
export interface TlsMaterial {
  readonly cert: string;
  readonly key: string;
}

/**
 * A server's certificate and key, read again when they change, as when a certificate is renewed.
 * @throws LockstepError INVALID_INPUT if they can't be read now, or don't belong together
 */
export function watchTls(paths: TlsPaths, clock: Clock, logger: Logger): WatchedFiles<TlsMaterial> {
  const { certificate, key } = paths;
  const options = { paths: [certificate, key], name: 'the certificate and its key', clock, logger };
  return new WatchedFiles({ ...options, read: () => readTls(paths) });
}

function readTls({ certificate, key }: TlsPaths): TlsMaterial {
  const material = {
    cert: readingFile('certificate', certificate, () => readFileSync(certificate, 'utf8')),
    key: readingFile('private key', key, () => readFileSync(key, 'utf8')),
  };
  try {
    createSecureContext(material);
    return material;
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    const message = `the certificate ${certificate} and the key ${key} cannot be used together: ${reason}`;
    throw new LockstepError('INVALID_INPUT', message, { certificate, key });
  }
}
