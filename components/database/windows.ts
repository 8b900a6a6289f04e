const days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"] as const;
const minutesOfDay = 24 * 60;
const minutesOfWeek = 7 * minutesOfDay;

/** A time of the week or of each day, in minutes. */
interface Window {
  readonly from: number;
  readonly minutes: number;
}

/** Reads a daily window such as "03:00-04:00"; `null` when it is none. One that ends before it begins goes over midnight. */
export function readDailyWindow(text: string): Window | null {
  const [from, to] = text.split("-").map(readTime);
  return text.split("-").length === 2 && from != null && to != null
    ? { from, minutes: (to - from + minutesOfDay) % minutesOfDay }
    : null;
}

/** Reads a weekly window such as "sun:04:30-sun:05:30"; `null` when it is none. */
export function readWeeklyWindow(text: string): Window | null {
  const [from, to] = text.split("-").map(readDayTime);
  return text.split("-").length === 2 && from != null && to != null
    ? { from, minutes: (to - from + minutesOfWeek) % minutesOfWeek }
    : null;
}

/** Whether a weekly window meets a daily one on any day. */
export function windowsMeet(weekly: Window, daily: Window): boolean {
  return days.some((_, day) => {
    const from = day * minutesOfDay + daily.from;
    const apart = (from - weekly.from + minutesOfWeek) % minutesOfWeek;
    return apart < weekly.minutes || minutesOfWeek - apart < daily.minutes;
  });
}

function readTime(text: string): number | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)$/.exec(text);
  return match === null ? null : Number(match[1]) * 60 + Number(match[2]);
}

function readDayTime(text: string): number | null {
  const day = days.findIndex((name) => text.startsWith(`${name}:`));
  const time = readTime(text.slice(4));
  return day < 0 || time === null ? null : day * minutesOfDay + time;
}
