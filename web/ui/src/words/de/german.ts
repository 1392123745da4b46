/** The German words; those of English until they are written. */
export * from "../en/english";
