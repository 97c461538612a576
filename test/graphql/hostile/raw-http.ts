import { connect } from 'node:net';

/** What a server said to raw bytes before it closed the connection, or fell silent for good. */
export interface RawAnswer {
  /** 0: nothing was said. */
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  /** How long the connection was open, in milliseconds. */
  readonly openMs: number;
}

/**
 * Send bytes over a connection of their own, and read until the server closes it, or has answered.
 * @param keepOpen whether to wait until the server closes the connection, also after an answer
 */
export async function sendRaw(
  { hostname, port }: URL,
  bytes: string | Buffer,
  { keepOpen = false, timeoutMs = 20_000 } = {},
): Promise<RawAnswer> {
  const began = performance.now();
  const text = await new Promise<string>((resolve, reject) => {
    const socket = connect(Number(port), hostname);
    let read = '';
    const timer = setTimeout(() => {
      socket.destroy();
      reject(new Error(`the connection was still open after ${timeoutMs} ms; it said ${JSON.stringify(read)}`));
    }, timeoutMs);
    const end = (): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(read);
    };
    // A server that refuses what it hasn't read yet resets the connection.
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => {
      read += chunk.toString('latin1');
      if (!keepOpen && isWhole(read)) end();
    });
    socket.on('close', end);
    socket.write(bytes);
  });
  return { ...parseAnswer(text), openMs: performance.now() - began };
}

/** A request of HTTP as bytes. */
export function requestBytes(start: string, headers: readonly string[], body = ''): string {
  return [start, ...headers, '', body].join('\r\n');
}

function isWhole(text: string): boolean {
  const { headers, body, status } = parseAnswer(text);
  return (
    status === 101 || (status !== 0 && body.length >= Number(headers.get('content-length') ?? Number.POSITIVE_INFINITY))
  );
}

function parseAnswer(text: string): Omit<RawAnswer, 'openMs'> {
  const [head = '', ...rest] = text.split('\r\n\r\n');
  const [start = '', ...lines] = head.split('\r\n');
  const headers = lines.map((line): [string, string] => {
    const [name = '', ...value] = line.split(':');
    return [name.toLowerCase(), value.join(':').trim()];
  });
  return { status: Number(start.split(' ')[1] ?? 0), headers: new Map(headers), body: rest.join('\r\n\r\n') };
}
