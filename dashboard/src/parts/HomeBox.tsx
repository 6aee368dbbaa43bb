import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listPropertiesOptions } from '../client/@tanstack/react-query.gen';

type Props = { home: string | null; change: (id: string | null) => void; required?: boolean };

/** One of the homes on the market, found by what is typed of its street, reference or area. */
export function HomeBox({ home, change, required }: Props) {
  const [typed, setTyped] = useState('');
  const [words] = useDebouncedValue(typed, 300);
  const [chosen, setChosen] = useState<{ value: string; label: string }>();
  const homes = useQuery({
    ...listPropertiesOptions({
      query: { status: 'available', q: words === chosen?.label ? undefined : words || undefined, limit: 100 },
    }),
    placeholderData: keepPreviousData,
  });
  const found = (homes.data?.items ?? []).map(({ id, address, reference }) => ({
    value: `${id}`,
    label: `${address}, ${reference}`,
  }));
  const isFound = found.some(({ value }) => value === chosen?.value);
  return (
    <Select
      label="Home"
      data={chosen && !isFound ? [chosen, ...found] : found}
      searchable
      value={home}
      onSearchChange={setTyped}
      onChange={(id) => {
        setChosen(found.find(({ value }) => value === id));
        change(id);
      }}
      required={required}
      maw={420}
    />
  );
}
