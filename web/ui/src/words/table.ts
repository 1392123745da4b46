/**
 * Types of the tables of words. The English table (`words/en`) is the truth: every other has the same names, with texts for texts, and
 * functions of the same parameters for functions.
 */
import type { TimeUnits } from "../text/locale";
import type * as english from "./en/english";

/** A type with every fixed text widened to `string`. */
type Translated<T> = T extends string ? string
  : T extends (...given: infer Given) => infer Result ? (...given: Given) => Translated<Result>
    : T extends object ? { [Name in keyof T]: Translated<T[Name]> } : T;

/** The words of one language. */
export type WordTables = Translated<Omit<typeof english, "timeUnits">> & { timeUnits: TimeUnits };
