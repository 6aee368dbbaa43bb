import { Radio, Stack, Text, TextInput } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { listSlotsOptions } from '../client/@tanstack/react-query.gen';
import { hour } from '../words';
import { Waiting } from './States';

type Props = {
  property?: number;
  /** Of a valuer, at no home of ours. */
  valuation?: true;
  day: string;
  setDay: (day: string) => void;
  slot: string;
  setSlot: (slot: string) => void;
};

/** The free times of a home or of a valuer on a day, as Sarah would offer them. */
export function Slots({ property, valuation, day, setDay, slot, setSlot }: Props) {
  const isKnown = valuation ?? property != null;
  const slots = useQuery({ ...listSlotsOptions({ query: { property, day } }), enabled: isKnown });
  const free = slots.data?.filter(({ negotiator }) => negotiator) ?? [];
  return (
    <Stack gap="xs">
      <TextInput
        type="date"
        label="Day"
        value={day}
        required
        onChange={(event) => {
          if (!event.currentTarget.value) return;
          setDay(event.currentTarget.value);
          setSlot('');
        }}
      />
      {isKnown && <Waiting query={slots} rows={2} />}
      {slots.data && free.length === 0 && <Text size="sm">Nothing is free that day. Try another.</Text>}
      {free.length > 0 && (
        <Radio.Group label="Time" value={slot} onChange={setSlot} required>
          <Stack gap={6} mt={4} mah={220} style={{ overflowY: 'auto' }}>
            {free.map(({ start, negotiator }) => (
              <Radio key={start} value={start} label={`${hour(start)}, with ${negotiator}`} />
            ))}
          </Stack>
        </Radio.Group>
      )}
    </Stack>
  );
}
