/** A hash of 64 bits in two halves of 32, as unsigned integers. */
export interface Fingerprint {
  readonly high: number;
  readonly low: number;
}

const HIGH_START = 0x243f6a88;
const LOW_START = 0x85a308d3;
const HIGH_FACTOR = 0x9e3779b1;
const LOW_FACTOR = 0x85ebca77;

/**
 * The fingerprint of a text: the same on every machine and in every version, since decision records store it. Not
 * cryptographic: shapes come from one's own shards.
 */
export function fingerprintOf(text: string): Fingerprint {
  let high = HIGH_START;
  let low = LOW_START;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    high = Math.imul(high ^ unit, HIGH_FACTOR);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ unit, LOW_FACTOR);
    low = (low << 17) | (low >>> 15);
  }
  return finish(high ^ text.length, low);
}

/** The fingerprint of a list of fingerprints, in their order. */
export function combineFingerprints(parts: readonly Fingerprint[]): Fingerprint {
  let high = HIGH_START;
  let low = LOW_START;
  for (const part of parts) {
    high = Math.imul(high ^ part.high, HIGH_FACTOR);
    high = (high << 13) | (high >>> 19);
    low = Math.imul(low ^ part.low, LOW_FACTOR);
    low = (low << 17) | (low >>> 15);
  }
  return finish(high ^ parts.length, low);
}

/** Sixteen hexadecimal digits. */
export function fingerprintText(fingerprint: Fingerprint): string {
  return hex(fingerprint.high) + hex(fingerprint.low);
}

function hex(half: number): string {
  return half.toString(16).padStart(8, '0');
}

/** Each half depends on both lanes, so that 64 bits differ where only one lane did. */
function finish(high: number, low: number): Fingerprint {
  const first = avalanche(high ^ avalanche(low));
  return { high: first, low: avalanche(low ^ first) };
}

/** The finalizer of MurmurHash3: every bit of the input changes every bit of the output with probability ½. */
function avalanche(value: number): number {
  let mixed = value ^ (value >>> 16);
  mixed = Math.imul(mixed, 0x85ebca6b);
  mixed ^= mixed >>> 13;
  mixed = Math.imul(mixed, 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
