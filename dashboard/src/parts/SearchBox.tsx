import { TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { Search } from 'lucide-react';
import { useEffect, useState } from 'react';

type Props = { label: string; words?: string; change: (words?: string) => void; shortest?: number };

/** What is typed waits a moment before it is looked for. */
export function SearchBox({ label, words, change, shortest = 1 }: Props) {
  const [typed, setTyped] = useState(words ?? '');
  // The filters were cleared.
  useEffect(() => {
    if (words === undefined) setTyped((now) => (now.trim().length >= shortest ? '' : now));
  }, [words, shortest]);
  const look = useDebouncedCallback((text: string) => {
    const wanted = text.trim();
    change(wanted.length >= shortest ? wanted : undefined);
  }, 400);
  return (
    <TextInput
      type="search"
      label={label}
      placeholder={shortest > 1 ? `${shortest} letters or more` : undefined}
      leftSection={<Search size={16} aria-hidden />}
      value={typed}
      onChange={(event) => {
        setTyped(event.currentTarget.value);
        look(event.currentTarget.value);
      }}
      w={230}
    />
  );
}
