import type { IncomingMessage } from 'node:http';

/** What reading a request's body gives. */
export type HttpBody =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'too-large' }
  /** The client closed the connection before the end. */
  | { readonly kind: 'gone' };

/**
 * The body of a request as UTF-8. Reading stops at the limit, whatever the request announces.
 * @param limitBytes the largest body that is taken
 */
export async function readBody(request: IncomingMessage, limitBytes: number): Promise<HttpBody> {
  if (Number(request.headers['content-length'] ?? 0) > limitBytes) return { kind: 'too-large' };
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of bytesOf(request)) {
      size += chunk.length;
      if (size > limitBytes) return { kind: 'too-large' };
      chunks.push(chunk);
    }
  } catch {
    // Only a cut connection makes reading fail, and then there is nobody left to answer.
    return { kind: 'gone' };
  }
  return { kind: 'text', text: Buffer.concat(chunks).toString() };
}

/** The request's bytes: without an encoding set, its chunks are buffers. */
function bytesOf(request: IncomingMessage): AsyncIterable<Buffer> {
  return request;
}
