/** German words of failures between page and server: no or unreadable answers, error statuses, and a page that is older than its server. */

export const unreachable = "Der Server antwortet nicht.";
export const httpStatus = (status: number) => `Der Server hat mit ${status} geantwortet.`;
export const unreadable = "Die Antwort des Servers war nicht lesbar.";
export const outdated = "Die Seite hat sich geändert, und ein Teil konnte nicht geladen werden.";
export const loadAgain = "Bitte neu laden.";
export const reload = "Neu laden";
export const byCode: Record<string, string> = {
  bad_request: "Eine Angabe fehlt oder ist falsch",
  bad_origin: "Die Anfrage kam von einer Seite anderer Herkunft",
  signed_out: "Nicht angemeldet",
  bad_token: "Das ist nicht der richtige Zugangsschlüssel",
  not_found: "Das gibt es nicht",
  too_many_searches: "Zu viele Suchen auf einmal",
  too_many_streams: "Zu viele Verbindungen auf einmal",
  too_many_exports: "Zu viele Exporte auf einmal",
  too_large: "Das ist zu groß",
  queue_full: "Der Server ist im Rückstand",
  query_timeout: "Die Suche dauerte zu lange",
  store_unavailable: "Der Speicher ist nicht erreichbar",
  broker_unavailable: "Redis ist nicht erreichbar",
  not_ready: "Der Server ist nicht bereit",
  internal: "Auf dem Server ging etwas schief",
  bad_character: "Ein Zeichen ist keins",
  bad_number: "Eine Zahl ist nicht lesbar",
  bad_slop: "Nach ~ steht keine Zahl von 0 bis 999",
  bad_tag: "Nach #, @ oder $ fehlt der Name",
  bad_time: "Eine Zeit ist nicht lesbar",
  bad_value: "Diesen Wert gibt es dort nicht",
  empty: "Die Suche ist leer",
  empty_group: "Zwischen den Klammern steht nichts",
  extra_parenthesis: "Eine Klammer zu viel",
  look_alike: "Ein Zeichen sieht nur so aus wie eines der Suchsprache",
  lucene: "Das ist eine andere Suchsprache",
  missing_negated: "Nach Minus oder NOT fehlt etwas",
  missing_side: "Auf einer Seite von AND oder OR fehlt etwas",
  missing_value: "Nach dem Doppelpunkt fehlt etwas",
  nothing_to_find: "Darin ist nichts, was sich finden ließe",
  only_exclusions: "Die Suche sagt nur, was nicht vorkommen soll",
  open_parenthesis: "Eine Klammer ist nicht geschlossen",
  open_quote: "Ein Anführungszeichen fehlt",
  operator_value: "Dort steht nur ein einfacher Wert",
  prefix_place: "Dort geht kein Wortanfang mit *",
  prefix_short: "Der Wortanfang vor * ist zu kurz",
  prefix_word: "Vor * steht mehr als ein Wort",
  too_deep: "Die Gruppen sind zu tief geschachtelt",
  too_long: "Die Suche ist zu lang",
  too_many_terms: "Die Suche hat zu viele Begriffe",
  unknown_operator: "Diesen Operator gibt es nicht",
};
export const withServerSentence = (ours: string, sentence: string) => `${ours} (${sentence})`;
