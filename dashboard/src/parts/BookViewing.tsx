import { useMutation } from '@tanstack/react-query';
import { Text } from '@mantine/core';
import { useState } from 'react';
import { anew } from '../api';
import { bookViewingMutation } from '../client/@tanstack/react-query.gen';
import { Ask } from './Ask';
import { HomeBox } from './HomeBox';
import { LeadBox } from './LeadBox';
import { Slots } from './Slots';

type Props = { day: string; lead?: number; label: string; shortcut?: string };

/** Books a viewing by the rules Sarah books by; whoever comes is sent the confirmation. */
export function BookViewing({ day: first, lead, label, shortcut }: Props) {
  const [who, setWho] = useState<string | null>(null);
  const [home, setHome] = useState<string | null>(null);
  const [day, setDay] = useState(first);
  const [slot, setSlot] = useState('');
  const book = useMutation({ ...bookViewingMutation(), ...anew });
  const submit = (close: () => void) => {
    const of = lead ?? Number(who);
    if (!of || !home || !slot) return;
    const body = { lead: of, property: Number(home), start: slot };
    book.mutate({ body }, { onSuccess: close });
  };
  return (
    <Ask label={label} does="Book it" shortcut={shortcut} change={book} submit={submit}>
      {lead == null && <LeadBox lead={who} change={setWho} />}
      <HomeBox
        home={home}
        change={(id) => {
          setHome(id);
          setSlot('');
        }}
        required
      />
      <Slots
        property={home == null ? undefined : Number(home)}
        day={day}
        setDay={setDay}
        slot={slot}
        setSlot={setSlot}
      />
      <Text size="sm">The confirmation goes out at once.</Text>
    </Ask>
  );
}
