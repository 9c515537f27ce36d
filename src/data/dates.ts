/** Dates as they are written in tables: which form a column uses, and each cell as a moment. `kinds.ts` asks here. */

/** How dates are written. Only the order of day and month differs where both are numbers; month names need no telling. */
export type DateForm = "year-first" | "month-first" | "day-first";

/** In the order in which they are tried: where all cells fit two forms, the first is taken. */
export const dateForms = ["year-first", "month-first", "day-first"] as const satisfies readonly DateForm[];

const time = String.raw`(?:[T ]+(\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?(?: ?([AaPp])[Mm])?(?: ?(Z|UTC|[+-]\d{2}:?\d{2}|[+-]\d{2}))?)?`;
const numeric = {
  "year-first": new RegExp(String.raw`^(\d{4})([-/.])(\d{1,2})\2(\d{1,2})${time}$`),
  "month-first": new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${time}$`),
  "day-first": new RegExp(String.raw`^(\d{1,2})([-/.])(\d{1,2})\2(\d{4})${time}$`),
} as const satisfies Record<DateForm, RegExp>;
const named = {
  dayFirst: new RegExp(String.raw`^(\d{1,2})[-/. ]+([A-Za-z]{3,9})[-/., ]+(\d{4})${time}$`),
  monthFirst: new RegExp(String.raw`^([A-Za-z]{3,9})[-/. ]+(\d{1,2})(?:, ?|[-/. ]+)(\d{4})${time}$`),
};
const months = "january february march april may june july august september october november december".split(" ");

/**
 * The moment that `text` spells in `form`, in milliseconds since 1970 (UTC, also where no zone is written), or NaN where
 * it is no date: days that a month does not have are none. Time of day and zone may follow the date.
 *
 * @example
 * ```ts
 * import { readDate } from "smilodon/data";
 * console.log(readDate("2024-02-29", "year-first"), readDate("29.02.2023", "day-first")); // 1709164800000 NaN
 * ```
 */
export function readDate(text: string, form: DateForm): number {
  const parts = numeric[form].exec(text);
  if (parts !== null) {
    const [, first, , second, third, ...clock] = parts;
    const [year, month, day] = (
      {
        "year-first": [first, second, third],
        "month-first": [third, first, second],
        "day-first": [third, second, first],
      } as const satisfies Record<DateForm, unknown>
    )[form];
    return momentOf(Number(year), Number(month), Number(day), clock);
  }
  return readNamedMonth(text);
}

/** The first form in which every one of `texts` is a date; none where there are no texts. */
export function dateFormOf(texts: readonly string[]): DateForm | undefined {
  if (texts.length === 0) return undefined;
  // Most columns of text are no dates: the first cell says so
  return dateForms.find((form) => texts.every((text) => !Number.isNaN(readDate(text, form))));
}

function readNamedMonth(text: string): number {
  const [, day, name, year, ...clock] = named.dayFirst.exec(text) ?? [];
  if (name !== undefined) return momentOf(Number(year), monthOf(name), Number(day), clock);
  const [, name2, day2, year2, ...clock2] = named.monthFirst.exec(text) ?? [];
  return name2 === undefined ? Number.NaN : momentOf(Number(year2), monthOf(name2), Number(day2), clock2);
}

/** From 1; 0 where there is no such month. "Sept" is September, as "Sep" is. */
function monthOf(name: string): number {
  const wanted = name.toLowerCase();
  return months.findIndex((month) => month.startsWith(wanted)) + 1;
}

function momentOf(year: number, month: number, day: number, clock: readonly (string | undefined)[]): number {
  const [hour = "0", minute = "0", second = "0", fraction = "", half, zone] = clock;
  const midnight = Date.UTC(year, month - 1, day);
  // Years below 100 would be read as 19xx; they are no dates here
  const date = new Date(midnight);
  if (date.getUTCFullYear() !== year || date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day)
    return Number.NaN;
  const hours = hoursOf(Number(hour), half);
  if (!(hours < 24) || Number(minute) > 59 || Number(second) > 59) return Number.NaN;
  const milliseconds = Number(`0.${fraction}0`) * 1000;
  return midnight + ((hours * 60 + Number(minute) - offsetOf(zone)) * 60 + Number(second)) * 1000 + milliseconds;
}

function hoursOf(hour: number, half: string | undefined): number {
  if (half === undefined) return hour;
  if (hour < 1 || hour > 12) return Number.NaN;
  return (hour % 12) + (half.toLowerCase() === "p" ? 12 : 0);
}

/** Minutes east of Greenwich. */
function offsetOf(zone: string | undefined): number {
  if (zone === undefined || zone === "Z" || zone === "UTC") return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(":", "") || "0");
  return zone.startsWith("-") ? -minutes : minutes;
}
