import { NumberInput, Select, Text, TextInput } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { anew } from '../api';
import { bookValuationMutation } from '../client/@tanstack/react-query.gen';
import { choices } from '../words';
import { Ask } from './Ask';
import { LeadBox } from './LeadBox';
import { Slots } from './Slots';

type Props = { day: string; lead?: number };

/** Books a valuer's time by the rules Sarah books by; whose home it is gets the confirmation. */
export function BookValuation({ day: first, lead }: Props) {
  const blank = { address: '', listing: 'sale', property_type: null as string | null };
  const [who, setWho] = useState<string | null>(null);
  const [home, setHome] = useState(blank);
  const [bedrooms, setBedrooms] = useState<number | string>('');
  const [day, setDay] = useState(first);
  const [slot, setSlot] = useState('');
  const book = useMutation({ ...bookValuationMutation(), ...anew });
  const opened = { ...book, reset: () => (book.reset(), setSlot('')) };
  const submit = (close: () => void) => {
    const of = lead ?? Number(who);
    if (!of || !slot) return;
    const beds = bedrooms === '' ? undefined : Number(bedrooms);
    book.mutate({ body: { ...home, bedrooms: beds, lead: of, start: slot } }, { onSuccess: close });
  };
  return (
    <Ask label="Book a valuation" does="Book it" change={opened} submit={submit}>
      {lead == null && <LeadBox lead={who} change={setWho} />}
      <TextInput
        label="Address"
        placeholder="Flat 3, 22 Castellain Road, W9 1HB"
        required
        value={home.address}
        onChange={(event) => setHome({ ...home, address: event.currentTarget.value })}
      />
      <Select
        label="Valued to be"
        data={[
          { value: 'sale', label: 'sold' },
          { value: 'rent', label: 'let' },
        ]}
        value={home.listing}
        onChange={(listing) => setHome({ ...home, listing: listing ?? 'sale' })}
        allowDeselect={false}
      />
      <Select
        label="What it is"
        data={choices(['flat', 'house', 'studio', 'maisonette'])}
        value={home.property_type}
        onChange={(property_type) => setHome({ ...home, property_type })}
      />
      <NumberInput label="Bedrooms" min={0} max={20} value={bedrooms} onChange={setBedrooms} />
      <Slots valuation day={day} setDay={setDay} slot={slot} setSlot={setSlot} />
      <Text size="sm">The confirmation goes out at once.</Text>
    </Ask>
  );
}
