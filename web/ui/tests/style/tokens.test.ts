/** Colour tokens: every theme has a contrast of 4.5:1 for text and of 3:1 for marks, on each background they are used on. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const CSS = readFileSync(new URL("../../src/style/tokens.css", import.meta.url), "utf8");
const BACKGROUNDS = ["page", "plane", "sunk"];
const TEXTS = ["text", "muted", "accent", "amber", "red", "green"];
const MARKS = ["bar", "amber", "accent", "edge", "red", "green"];
const HEATS = ["heat-0", "heat-1", "heat-2", "heat-3", "heat-4"];
const HUES = ["hue-0", "hue-1", "hue-2", "hue-3", "hue-4", "hue-5"];

type Theme = Map<string, string>;

function themes(): [string, Theme][] {
  const blocks = [...CSS.matchAll(/(:root[^{]*)\{([^{}]*--page:[^{}]*)\}/gu)];
  return blocks.map(([, name = "", body = ""]) => [name.trim(), new Map([...body.matchAll(/--([\w-]+): (#[0-9a-f]{3,6});/gu)].map(([, key = "", value = ""]) => [key, value]))]);
}

function luminance(colour: string): number {
  const digits = colour.length === 4 ? [...colour.slice(1)].map((one) => one + one).join("") : colour.slice(1);
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const share = Number.parseInt(digits.slice(at, at + 2), 16) / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function contrast(theme: Theme, one: string, other: string): number {
  const of = (name: string): number => luminance(name.startsWith("#") ? name : theme.get(name) ?? "#000");
  const [light, dark] = [Math.max(of(one), of(other)), Math.min(of(one), of(other))];
  return (light + 0.05) / (dark + 0.05);
}

describe.each(themes())("%s", (_name, theme) => {
  const contrasts = (names: readonly string[], backgrounds: readonly string[]): Record<string, number> =>
    Object.fromEntries(names.flatMap((name) => backgrounds.map((background) => [`${name} on ${background}`, Math.round(contrast(theme, name, background) * 100) / 100])));
  const below = (found: Record<string, number>, bound: number): string[] => Object.entries(found).filter(([, value]) => value < bound).map(([name, value]) => `${name}: ${value}`);

  it("defines every colour", () => {
    for (const name of [...BACKGROUNDS, ...TEXTS, ...MARKS, ...HEATS, ...HUES, "mark", "accent-soft", "red-soft"]) expect(theme.has(name), name).toBe(true);
  });

  it("has a contrast of 4.5:1 for text", () => {
    expect(below(contrasts(TEXTS, BACKGROUNDS), 4.5)).toEqual([]);
    expect(below(contrasts(HEATS, ["plane"]), 4.5)).toEqual([]);
    expect(below(contrasts(["text"], ["mark"]), 4.5)).toEqual([]);
    expect(below(contrasts(["muted", "accent"], ["accent-soft"]), 4.5)).toEqual([]);
    expect(below(contrasts(["red"], ["red-soft"]), 4.5)).toEqual([]);
    expect(below(contrasts(["#fff"], HUES), 4.5)).toEqual([]);
  });

  it("has a contrast of 3:1 for marks", () => {
    expect(below(contrasts(MARKS, ["plane"]), 3)).toEqual([]);
    expect(below(contrasts(["edge"], ["sunk"]), 3)).toEqual([]);
  });
});
