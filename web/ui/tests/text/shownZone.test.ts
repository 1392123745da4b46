import fc from "fast-check";
import { afterEach, describe, expect, it } from "vitest";
import { timeBarsOf } from "../../src/stats/timeBuckets";
import { formatExactTime, formatSpan } from "../../src/text/formatTime";
import { clockAt, minutesAhead, momentAt, showUtc, shownZoneName } from "../../src/text/shownZone";
import { parseTimeInput, timeInputValue } from "../../src/text/timeInput";

const before = process.env.TZ;
afterEach(() => {
  showUtc(false);
  if (before === undefined) delete process.env.TZ;
  else process.env.TZ = before;
});

const SECOND = fc.integer({ min: 0, max: Date.UTC(2037, 0) / 1000 }).map((seconds) => seconds * 1000);

describe("the shown zone", () => {
  it("is the reader's, or UTC as a setting, for every format", () => {
    process.env.TZ = "Asia/Kolkata";
    const at = Date.UTC(2026, 10, 30, 20, 15, 7);
    expect(formatExactTime(at)).toBe("Dec 1, 2026, 01:45:07 UTC+5:30");
    expect(minutesAhead(at)).toBe(330);
    showUtc(true);
    expect(formatExactTime(at)).toBe("Nov 30, 2026, 20:15:07 UTC");
    expect(formatSpan(Date.UTC(2026, 10, 30), Date.UTC(2026, 11, 1), at)).toBe("Nov 30");
    expect([minutesAhead(at), shownZoneName()]).toEqual([0, "UTC"]);
  });

  it("takes a moment apart and puts it together again, but for the hour that comes twice", () => {
    for (const zone of ["UTC", "America/St_Johns", "Pacific/Apia", "Europe/Berlin"]) {
      process.env.TZ = zone;
      for (const utc of [false, true]) {
        showUtc(utc);
        fc.assert(fc.property(SECOND, (at) => {
          const { year, month, day, hour, minute, second } = clockAt(at);
          const again = momentAt(year, month, day, hour, minute, second);
          expect(clockAt(again)).toEqual(clockAt(at));
          if (utc) expect(again).toBe(at);
        }));
      }
    }
  });

  it("gives bars that are days of its clock, over the change of clocks as well", () => {
    process.env.TZ = "Europe/Berlin";
    const [from, to] = [Date.UTC(2026, 9, 23, 22), Date.UTC(2026, 9, 26, 23)];
    const day = 86_400_000;
    expect(timeBarsOf([], day, from, to, 100, true).ends.map((end, at) => (end - (timeBarsOf([], day, from, to, 100, true).starts[at] ?? 0)) / 3_600_000)).toEqual([24, 25, 24]);
    showUtc(true);
    expect(timeBarsOf([], day, from, to, 100, true).starts.every((start) => start % day === 0)).toBe(true);
  });
});

describe("a time field", () => {
  it("shows a moment in the shown zone and reads it back", () => {
    process.env.TZ = "America/New_York";
    const at = Date.UTC(2026, 10, 30, 3, 4);
    expect(timeInputValue(at)).toBe("2026-11-29T22:04");
    expect(parseTimeInput("2026-11-29 22:04")).toBe(at);
    showUtc(true);
    expect(timeInputValue(at + 5_000)).toBe("2026-11-30T03:04:05");
    fc.assert(fc.property(SECOND, (moment) => {
      expect(parseTimeInput(timeInputValue(moment))).toBe(moment);
    }));
  });

  it.each([
    ["2026-11-30", Date.UTC(2026, 10, 30)], ["2026-02-29T10:00", null], ["2028-02-29T10:00", Date.UTC(2028, 1, 29, 10)], ["2026-13-01", null], ["2026-11-30T24:00", null],
    ["yesterday", null], ["", null], ["2026-11-30T10:60", null], ["1969-12-31T00:00", null],
  ])("reads %s", (text, at) => {
    showUtc(true);
    expect(parseTimeInput(text)).toBe(at);
  });
});
