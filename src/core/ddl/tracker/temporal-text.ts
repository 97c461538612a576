import { TypeCode } from '../../table/column-type';

/** A point in time; the fraction in microseconds. */
interface Moment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly micros: number;
}

/** Any one character that isn't a digit parts the fields. */
const DELIMITED =
  /^(\d{1,4})[^\d](\d{1,2})[^\d](\d{1,2})(?:(?:T|\s+)(\d{1,2})(?:[^\d](\d{1,2})(?:[^\d](\d{1,2})(?:\.(\d*))?)?)?)?$/;
const COMPACT = /^(\d{4}|\d{2})(\d{2})(\d{2})(?:T?(\d{2})(\d{2})(\d{2})(?:\.(\d*))?)?$/;
const DURATION = /^(-?)(?:(\d+)\s+)?(\d+)(?::(\d{1,2})(?::(\d{1,2}))?)?(?:\.(\d*))?$/;

const MICROS_PER_SECOND = 1_000_000;
const SECONDS_PER_DAY = 86_400;

/** A TIME reaches to 838:59:59 and a fraction. */
const MAX_DURATION_SECONDS = 839 * 3600 - 1;

/**
 * A date, datetime or timestamp in TiDB's text: all fields with leading zeros, the fraction rounded to `decimals`
 * digits. Null if the text isn't one. Two-digit years below 70 are in this century.
 */
export function normaliseMoment(text: string, code: number, decimals: number): string | null {
  const moment = parseMoment(text.trim());
  if (moment === null) return null;
  if (code === TypeCode.date) return formatDate(moment);
  const rounded = roundMoment(moment, decimals);
  return `${formatDate(rounded)} ${formatClock(rounded)}${formatFraction(rounded.micros, decimals)}`;
}

/** A duration in TiDB's text (`-838:59:59`), the fraction rounded to `decimals` digits; null if the text isn't one. */
export function normaliseDuration(text: string, decimals: number): string | null {
  const [, sign, days = '0', first = '', second, third, fraction = ''] = DURATION.exec(text.trim()) ?? [];
  if (sign === undefined) return null;
  const fields = second === undefined && days === '0' ? splitCompact(first) : [first, second ?? '0', third ?? '0'];
  const [hours = 0, minutes = 0, seconds = 0] = fields.map(Number);
  if (minutes > 59 || seconds > 59) return null;
  const whole = ((Number(days) * 24 + hours) * 60 + minutes) * 60 + seconds;
  if (whole > MAX_DURATION_SECONDS) return null;
  const micros = roundMicros(whole * MICROS_PER_SECOND + microsOf(fraction), decimals);
  const total = Math.floor(micros / MICROS_PER_SECOND);
  const clock = [Math.floor(total / 3600), Math.floor(total / 60) % 60, total % 60].map(pad2).join(':');
  return `${sign}${clock}${formatFraction(micros % MICROS_PER_SECOND, decimals)}`;
}

/** `12345` is 1:23:45. */
function splitCompact(digits: string): readonly string[] {
  const padded = digits.padStart(6, '0');
  return [padded.slice(0, -4), padded.slice(-4, -2), padded.slice(-2)];
}

function parseMoment(text: string): Moment | null {
  if (/^0+$/.test(text)) return { year: 0, month: 0, day: 0, hour: 0, minute: 0, second: 0, micros: 0 };
  const [, year, month, day, hour, minute, second, fraction] = DELIMITED.exec(text) ?? COMPACT.exec(text) ?? [];
  if (year === undefined) return null;
  const moment = {
    year: year.length <= 2 ? century(Number(year)) : Number(year),
    month: Number(month),
    day: Number(day),
    hour: Number(hour ?? 0),
    minute: Number(minute ?? 0),
    second: Number(second ?? 0),
    micros: microsOf(fraction ?? ''),
  };
  return isValid(moment) ? moment : null;
}

function century(year: number): number {
  return year < 70 ? 2000 + year : 1900 + year;
}

/** Zero months and days are dates of MySQL. */
function isValid(moment: Moment): boolean {
  const { month, day, hour, minute, second } = moment;
  const isDay = month <= 12 && day <= (month === 0 ? 31 : daysOf(moment.year, month));
  return isDay && hour <= 23 && minute <= 59 && second <= 59;
}

function daysOf(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

function microsOf(fraction: string): number {
  return Math.round(Number(`0.${fraction === '' ? '0' : fraction}`) * MICROS_PER_SECOND);
}

function roundMicros(micros: number, decimals: number): number {
  const unit = 10 ** (6 - decimals);
  return Math.round(micros / unit) * unit;
}

/** Rounding up may carry into the next day. */
function roundMoment(moment: Moment, decimals: number): Moment {
  const ofDay = (moment.hour * 60 + moment.minute) * 60 + moment.second;
  const micros = roundMicros(ofDay * MICROS_PER_SECOND + moment.micros, decimals);
  const seconds = Math.floor(micros / MICROS_PER_SECOND);
  const date = seconds >= SECONDS_PER_DAY ? nextDay(moment) : moment;
  const left = seconds % SECONDS_PER_DAY;
  return {
    ...date,
    hour: Math.floor(left / 3600),
    minute: Math.floor(left / 60) % 60,
    second: left % 60,
    micros: micros % MICROS_PER_SECOND,
  };
}

function nextDay(moment: Moment): Moment {
  if (moment.day < daysOf(moment.year, moment.month)) return { ...moment, day: moment.day + 1 };
  if (moment.month < 12) return { ...moment, month: moment.month + 1, day: 1 };
  return { ...moment, year: moment.year + 1, month: 1, day: 1 };
}

function formatDate(moment: Moment): string {
  return `${String(moment.year).padStart(4, '0')}-${pad2(moment.month)}-${pad2(moment.day)}`;
}

function formatClock(moment: Moment): string {
  return [moment.hour, moment.minute, moment.second].map(pad2).join(':');
}

function formatFraction(micros: number, decimals: number): string {
  return decimals <= 0 ? '' : `.${String(micros).padStart(6, '0').slice(0, decimals)}`;
}

function pad2(value: number): string {
  return String(value).padStart(2, '0');
}
