import { Select, Switch, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { anew } from '../api';
import { createTaskMutation, whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { now } from '../clock';
import { choices } from '../words';
import { useUsers } from './colleagues';
import { Ask } from './Ask';

const DUE = [
  { value: '1', label: 'in an hour' },
  { value: '3', label: 'in three hours' },
  { value: '24', label: 'tomorrow, at this time' },
  { value: '168', label: 'in a week' },
];

/** Something to be done, of one's own: about a lead or a call, or about neither. */
export function NewTask({ lead, call }: { lead?: number; call?: string }) {
  const { data: me } = useQuery(whoAmIOptions());
  const users = useUsers();
  const fresh = () => ({
    title: '',
    notes: '',
    kind: 'follow_up',
    is_urgent: false,
    key: crypto.randomUUID(),
  });
  const [wish, setWish] = useState(fresh);
  const [user, setUser] = useState<string | null>(null);
  const [hours, setHours] = useState<string | null>('24');
  const create = useMutation({ ...createTaskMutation(), ...anew });
  if (!me?.permissions.includes('work')) return null;
  const opened = { ...create, reset: () => (create.reset(), setWish(fresh())) };
  const submit = (close: () => void) => {
    const due = hours ? new Date(now() + Number(hours) * 3_600_000).toISOString() : undefined;
    const body = { ...wish, lead, call, due, assigned_to: user ? Number(user) : undefined };
    create.mutate({ body }, { onSuccess: close });
  };
  return (
    <Ask
      label="New task"
      does="Write it down"
      shortcut={lead == null && call == null ? 'c' : undefined}
      change={opened}
      submit={submit}
    >
      <TextInput
        label="What is to be done"
        required
        maxLength={200}
        value={wish.title}
        onChange={(event) => setWish({ ...wish, title: event.currentTarget.value })}
      />
      <Textarea
        label="Notes"
        maxLength={2000}
        autosize
        value={wish.notes}
        onChange={(event) => setWish({ ...wish, notes: event.currentTarget.value })}
      />
      <Select
        label="Kind"
        data={choices(['call_back', 'follow_up', 'complaint', 'other'])}
        value={wish.kind}
        allowDeselect={false}
        onChange={(kind) => setWish({ ...wish, kind: kind ?? wish.kind })}
      />
      <Select
        label="Due"
        data={DUE}
        value={hours}
        onChange={setHours}
        placeholder="at no time"
        clearable
        clearButtonProps={{ 'aria-label': 'At no time' }}
      />
      <Select
        label="Whose"
        placeholder="nobody’s yet"
        data={users}
        value={user}
        onChange={setUser}
        searchable
      />
      <Switch
        label="Urgent"
        checked={wish.is_urgent}
        onChange={(event) => setWish({ ...wish, is_urgent: event.currentTarget.checked })}
      />
    </Ask>
  );
}
