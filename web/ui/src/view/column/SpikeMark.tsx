/** Spike mark: shown while posts arrive in a column far more often than in its own last hour (`state/columns/spikeDetector.ts`). */
import type { JSX } from "preact";
import type { Column } from "../../state/column";
import { columnsWords } from "../../words";

export function SpikeMark({ column }: { column: Column }): JSX.Element | null {
  const times = column.run.isPast ? null : column.run.spikes.times(performance.now());
  if (times === null) return null;
  return <span class="spike" role="img" title={columnsWords.spikeTitle(times)} aria-label={columnsWords.spikeTitle(times)}>↑ {columnsWords.spike(times)}</span>;
}
