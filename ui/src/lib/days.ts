// Days as the engine writes them, `YYYY-MM-DD`, UTC.
const at = (day: string) => Date.parse(`${day}T00:00:00Z`);
const written = (time: number) => new Date(time).toISOString().slice(0, 10);

export const addDays = (day: string, by: number): string => written(at(day) + by * 86_400_000);
export const daysBetween = (from: string, to: string): number => Math.round((at(to) - at(from)) / 86_400_000);
/** The same day so many months earlier, or the last day that month has. */
export function monthsBefore(day: string, months: number): string {
  const [y = 1970, m = 1, d = 1] = day.split('-').map(Number);
  const last = new Date(Date.UTC(y, m - months, 0)).getUTCDate();
  return written(Date.UTC(y, m - 1 - months, Math.min(d, last)));
}
/** First and last day of the calendar quarter before the one `day` is in. */
export function lastQuarter(day: string): [string, string] {
  const [y = 1970, m = 1] = day.split('-').map(Number);
  const first = Math.floor((m - 1) / 3) * 3;
  return [written(Date.UTC(y, first - 3, 1)), written(Date.UTC(y, first, 0))];
}
export const isDay = (text: string): boolean => /^\d{4}-\d{2}-\d{2}$/.test(text) && !Number.isNaN(at(text)) && written(at(text)) === text;
/** What somebody typed, as a day where it reads as one: `2026-11-24`, or the German `24.11.2026`. */
export const typedDay = (text: string): string =>
  text.trim().replace(/^(\d{1,2})\.(\d{1,2})\.(\d{4})$/, (_, d: string, m: string, y: string) => `${y}-${m.padStart(2, '0')}-${d.padStart(2, '0')}`);
