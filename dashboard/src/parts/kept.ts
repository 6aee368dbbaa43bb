import { useBlocker } from '@tanstack/react-router';
import { useState } from 'react';

/** A list that is edited as a whole, with the mark it was seen with. What others save meanwhile is taken over only where nothing is
 * unsaved; nobody leaves what is unsaved by mistake. */
export function useKept<Value>(now: Value, mark: string) {
  const [seen, setSeen] = useState({ now, mark });
  const [value, set] = useState(now);
  const changed = JSON.stringify(value) !== JSON.stringify(seen.now);
  const undo = () => {
    setSeen({ now, mark });
    set(now);
  };
  if (mark !== seen.mark && !changed) undo();
  useBlocker({
    shouldBlockFn: () => changed && !window.confirm('What you have changed here is not kept yet. Leave it?'),
    enableBeforeUnload: changed,
  });
  return { value, set, changed, undo, mark: seen.mark, saved: () => setSeen({ ...seen, now: value }) };
}
