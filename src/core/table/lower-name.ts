/**
 * A column's or index's name as it is compared: every letter in its simple lower-case form, letter by letter, as TiDB's
 * `L` names are made. (JavaScript's own lower case depends on the neighbours of a Greek sigma and can make two letters
 * of one.)
 */
export function lowerName(name: string): string {
  const lower = name.toLowerCase();
  if (isAscii(lower)) return lower;
  let result = '';
  for (const letter of name) {
    const code = letter.toLowerCase().codePointAt(0);
    result += code === undefined ? letter : String.fromCodePoint(code);
  }
  return result;
}

function isAscii(text: string): boolean {
  for (let at = 0; at < text.length; at++) if (text.charCodeAt(at) > 0x7f) return false;
  return true;
}
