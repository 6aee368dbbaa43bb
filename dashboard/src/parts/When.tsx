import { useEffect, useState } from 'react';
import { inLondon, lasted } from '../words';

/** An instant in the agency's time zone. */
export function When({ at }: { at: string }) {
  return <time dateTime={at}>{inLondon(at)}</time>;
}

/** Counts on from an instant, second by second. */
export function Since({ at }: { at: string }) {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    const timer = window.setInterval(() => setNow(Date.now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return <span>{lasted((now - Date.parse(at)) / 1000)}</span>;
}
