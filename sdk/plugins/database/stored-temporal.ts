import { refuse } from './sql-error';

const DATE = /^(\d{4})-(\d{2})-(\d{2})$/u;
const CLOCK = /^(-?)(\d{1,3}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?$/u;

/** A date as it is stored: `YYYY-MM-DD`, zeros allowed. @throws SqlError 1292 */
export function storeDate(column: string, text: string): string {
  const [date = ''] = text.split(/[ T]/u);
  return isDate(date) ? date : refuseTemporal('DATE', column, text);
}

/** A date with a time, with `decimals` digits of a fraction of a second. @throws SqlError 1292 */
export function storeDatetime(column: string, text: string, decimals: number): string {
  const [, date = '', clock = '00:00:00'] = /^(\S+?)(?:[ T](\S+))?$/u.exec(text) ?? [];
  const time = CLOCK.exec(clock);
  if (!isDate(date) || time === null || time[1] === '-' || Number(time[2]) > 23)
    return refuseTemporal('DATETIME', column, text);
  return `${date} ${storeTime(column, clock, decimals)}`;
}

/** A time with `decimals` digits of a fraction of a second; what is more is cut off. @throws SqlError 1292 */
export function storeTime(column: string, text: string, decimals: number): string {
  const [, sign = '', hours = '', minutes = '', seconds = '', fraction = ''] = CLOCK.exec(text) ?? [];
  if (hours === '' || Number(minutes) > 59 || Number(seconds) > 59 || Number(hours) > 838)
    return refuseTemporal('TIME', column, text);
  const digits = Math.max(0, decimals);
  const shown = digits === 0 ? '' : `.${fraction.slice(0, digits).padEnd(digits, '0')}`;
  return `${sign}${hours.padStart(2, '0')}:${minutes}:${seconds}${shown}`;
}

function isDate(text: string): boolean {
  const [, year, month, day] = DATE.exec(text) ?? [];
  if (year === undefined) return false;
  if (Number(month) === 0 || Number(day) === 0) return Number(month) <= 12 && Number(day) <= 31;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  date.setUTCFullYear(Number(year));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}

function refuseTemporal(type: string, column: string, text: string): never {
  return refuse('badTemporal', `Incorrect ${type} value: '${text}' for column '${column}'`);
}
