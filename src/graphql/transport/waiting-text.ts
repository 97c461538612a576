/** From how many characters on a text is long. */
const LONG = 65_536;

/** A text as it waits for its client: a long one as bytes, since as a text it takes several times as much memory. */
export function waitingText(text: string): string | Buffer {
  return text.length < LONG ? text : Buffer.from(text);
}
