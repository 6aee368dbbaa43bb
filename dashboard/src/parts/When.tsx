import { useEffect, useState } from 'react';
import { now } from '../clock';
import { inLondon, lasted } from '../words';

/** An instant in the agency's time zone. */
export function When({ at }: { at: string }) {
  return <time dateTime={at}>{inLondon(at)}</time>;
}

/** Counts on from an instant, second by second. */
export function Since({ at }: { at: string }) {
  const [time, setTime] = useState(now());
  useEffect(() => {
    const timer = window.setInterval(() => setTime(now()), 1000);
    return () => window.clearInterval(timer);
  }, []);
  return <span>{lasted((time - Date.parse(at)) / 1000)}</span>;
}
