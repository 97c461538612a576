/**
 * The order of keys: that of their UTF-8 bytes, which is that of their code points. It differs from the order of strings
 * where a character outside the basic plane (two surrogates) meets one from U+E000 on.
 * @returns below 0, 0, above 0
 */
export function compareKeys(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index += 1) {
    const left = a.charCodeAt(index);
    const right = b.charCodeAt(index);
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Surrogates stand for characters behind all others. */
function rank(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
