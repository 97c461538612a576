/** A string as SQL writes it: in single quotes, a quote within doubled, a backslash escaped. */
export function quoteString(text: string): string {
  return `'${text.replaceAll('\\', '\\\\').replaceAll("'", "''")}'`;
}

/** A number in TiDB's form: integers without leading zeros, `.5` as `0.5`, `2E3` as `2e+03`. */
export function formatNumber(text: string): string {
  if (/e/i.test(text)) return formatFloat(Number(text));
  const [integer = '', fraction = ''] = text.split('.');
  const digits = integer.replace(/^0+(?=.)/, '');
  return fraction === '' ? digits : `${digits === '' ? '0' : digits}.${fraction}`;
}

/** The shortest digits with an exponent of two digits at least, as Go's `%e` has it. */
function formatFloat(value: number): string {
  const [mantissa = '0', exponent = '+0'] = value.toExponential().split('e');
  return `${mantissa}e${exponent.charAt(0)}${exponent.slice(1).padStart(2, '0')}`;
}

/** Binary digits in TiDB's form: without leading zeros, but `0` for none but zeros. */
export function formatBits(digits: string): string {
  return digits.replace(/^0+(?=.)/, '');
}
