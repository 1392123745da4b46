/**
 * Icons of the page as SVG, 16 px, the icons of a post's counts as one SVG, and the trend arrows. Screen readers ignore the icons, because
 * the words stand beside an icon or in a label; a trend arrow has a label of its own.
 */
import type { JSX } from "preact";
import type { TrendDirection } from "../stats/wordTrendDirections";
import { panelWords } from "../words";

function sign(path: string, filled = false): () => JSX.Element {
  return function Sign() {
    return (
      <svg class={filled ? "sign filled" : "sign"} viewBox="0 0 16 16" aria-hidden="true">
        <path d={path} />
      </svg>
    );
  };
}

export const RepostSign = sign("M3 9V6a2 2 0 0 1 2-2h7M10 2l2 2-2 2M13 7v3a2 2 0 0 1-2 2H4M6 14l-2-2 2-2");
/** Icons of replies, reposts and likes, 64 px apart: one SVG for the three, because each SVG costs time in a list that moves. */
const COUNT_PATHS = [
  "M6 3 2.5 6.5 6 10M3 6.5h6.5A4 4 0 0 1 13.5 10.5V13",
  "M67 9V6a2 2 0 0 1 2-2h7M74 2l2 2-2 2M77 7v3a2 2 0 0 1-2 2H68M70 14l-2-2 2-2",
  "M136 13.5 131 8.5A3.1 3.1 0 0 1 136 4.8 3.1 3.1 0 0 1 141 8.5Z",
];

/** Draw the icons of the counts. `shown`: whether there is a count of replies, of reposts, of likes. */
export function CountSigns({ shown }: { shown: readonly boolean[] }): JSX.Element {
  return (
    <svg class="sign counts-signs" aria-hidden="true">
      <path d={COUNT_PATHS.filter((_, at) => shown[at]).join("")} />
    </svg>
  );
}

export const MoreSign = sign("M3 8h.01M8 8h.01M13 8h.01");
export const CalendarSign = sign("M2.500 4h11v9h-11ZM2.500 7h11M5.500 2v3M10.500 2v3M5.500 10h2");
export const PictureSign = sign("M2.500 3.500h11v9h-11ZM2.500 10.500l3-3 3 3 2-2 3 3M10.500 6h.01");
export const OpenSign = sign("M6 4H3.500v8.500H12V10M9 3h4v4M13 3 7.500 8.500");
export const ThemeSign = sign("M8 2.500a5.500 5.500 0 1 0 0 11ZM8 2.500a5.500 5.500 0 0 1 0 11");
export const CloseSign = sign("M4 4l8 8M12 4l-8 8");
export const PanelSign = sign("M2.500 3.500h11v9h-11ZM9.500 3.500v9");
export const SearchSign = sign("M7 11.500a4.500 4.500 0 1 1 0-9 4.500 4.500 0 0 1 0 9ZM10.300 10.300 14 14");
export const StarSign = sign("M8 2.300l1.800 3.700 4 .500-3 2.800.800 4L8 11.300l-3.600 2 .8-4-3-2.800 4-.500Z");
export const DeckSign = sign("M2.500 3.500h3v9h-3ZM6.500 3.500h3v9h-3ZM10.500 3.500h3v9h-3Z");
export const PlusSign = sign("M8 3v10M3 8h10");
export const MinusSign = sign("M3 8h10");
export const LeftSign = sign("M10 3 5 8l5 5");
export const RightSign = sign("M6 3l5 5-5 5");
export const UpSign = sign("M3 10l5-5 5 5");
export const DownSign = sign("M3 6l5 5 5-5");
export const WholeSign = sign("M2.500 5V2.500H5M11 2.500h2.500V5M13.500 11v2.500H11M5 13.500H2.500V11");
export const TableSign = sign("M2.500 3.500h11v9h-11ZM2.500 6.500h11M6.500 3.500v9");
export const MuteSign = sign("M3 6h2.500L9 3v10L5.500 10H3ZM11.500 6l3 4M14.500 6l-3 4");
export const ClockSign = sign("M8 2.500a5.500 5.500 0 1 0 0 11 5.500 5.500 0 0 0 0-11ZM8 5v3l2 1.500");
export const GripSign = sign("M6 3.500h.01M10 3.500h.01M6 8h.01M10 8h.01M6 12.500h.01M10 12.500h.01");
export const EditSign = sign("M3 13l.600-2.600L10.800 3.200l2 2L5.600 12.400ZM9.300 4.700l2 2");
export const CollapseSign = sign("M3 3v10M13 8H6M9 5 6 8l3 3");
export const SpikeSign = sign("M2 12h3l2-8 3 8h4");
export const PinSign = sign("M6 2.500h4l-.500 4 2.500 2.500H4l2.500-2.500ZM8 9v5");
export const CheckSign = sign("M3 8.500 6.500 12 13 4.500");

export function Arrow({ way, label }: { way: TrendDirection; label: string }): JSX.Element {
  if (!way) return <span class="arrow none" title={panelWords.wordBarNoTrend} />;
  const path = { up: "M5 1 9 8H1Z", down: "M5 9 1 2h8Z", flat: "M1 4h8v2H1z" }[way];
  return (
    <svg class={`arrow ${way}`} viewBox="0 0 10 10" width="9" height="9" role="img" aria-label={`${label} ${panelWords.wordBarDirections[way]}`}>
      <path d={path} />
    </svg>
  );
}
