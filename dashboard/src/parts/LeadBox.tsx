import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { listLeadsOptions } from '../client/@tanstack/react-query.gen';

type Props = { lead: string | null; change: (id: string | null) => void };

/** One of the leads, found by what is typed of their name, number or address. */
export function LeadBox({ lead, change }: Props) {
  const [typed, setTyped] = useState('');
  const [words] = useDebouncedValue(typed, 300);
  const [chosen, setChosen] = useState<{ value: string; label: string }>();
  const leads = useQuery({
    ...listLeadsOptions({
      query: { q: words === chosen?.label ? undefined : words || undefined, limit: 50 },
    }),
    placeholderData: keepPreviousData,
  });
  const found = (leads.data?.items ?? []).map(({ id, name, phone }) => ({
    value: `${id}`,
    label: [name ?? 'Nobody named', phone].filter(Boolean).join(', '),
  }));
  const isFound = found.some(({ value }) => value === chosen?.value);
  return (
    <Select
      label="For"
      data={chosen && !isFound ? [chosen, ...found] : found}
      searchable
      required
      value={lead}
      onSearchChange={setTyped}
      onChange={(id) => {
        setChosen(found.find(({ value }) => value === id));
        change(id);
      }}
      filter={({ options }) => options}
    />
  );
}
