import { Select } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { anew } from '../api';
import { getTicket, type TicketView } from '../client';
import {
  changeTicketMutation,
  getTicketQueryKey,
  listColleaguesOptions,
} from '../client/@tanstack/react-query.gen';
import { choices } from '../words';
import { Ask } from './Ask';

/** What is changed is what was seen: the mark is of the repair as it stands when the form opens. */
export function EditTicket({ ticket, shortcut }: { ticket: TicketView; shortcut?: string }) {
  const seen = useQuery({
    queryKey: [...getTicketQueryKey({ path: { id: ticket.id } }), 'mark'],
    queryFn: async () => {
      const { data, response } = await getTicket({ path: { id: ticket.id }, throwOnError: true });
      return { ...data, mark: response.headers.get('ETag') ?? '' };
    },
    enabled: false,
  });
  const { data: colleagues = [] } = useQuery({ ...listColleaguesOptions(), enabled: seen.data != null });
  const [wish, setWish] = useState<{ status?: string; urgency?: string; assigned_to?: number }>({});
  const change = useMutation({ ...changeTicketMutation(), ...anew });
  const now = { ...(seen.data ?? ticket), ...wish };
  const submit = (close: () => void) => {
    const headers = { 'If-Match': seen.data?.mark ?? '' };
    change.mutate({ path: { id: ticket.id }, headers, body: wish }, { onSuccess: close });
  };
  const opened = { ...change, reset: () => (change.reset(), setWish({}), void seen.refetch()) };
  return (
    <Ask
      label="Edit"
      about={ticket.reference}
      does="Save"
      shortcut={shortcut}
      change={opened}
      submit={submit}
    >
      <Select
        label="State"
        data={choices(['open', 'in_progress', 'resolved', 'closed'])}
        value={now.status}
        onChange={(status) => setWish({ ...wish, status: status ?? undefined })}
        allowDeselect={false}
      />
      <Select
        label="How urgent"
        data={choices(['emergency', 'urgent', 'normal'])}
        value={now.urgency}
        onChange={(urgency) => setWish({ ...wish, urgency: urgency ?? undefined })}
        allowDeselect={false}
      />
      <Select
        label="With"
        data={colleagues.map(({ user, name }) => ({ value: `${user}`, label: name }))}
        value={now.assigned_to == null ? null : `${now.assigned_to}`}
        onChange={(user) => setWish({ ...wish, assigned_to: user ? Number(user) : undefined })}
        searchable
      />
    </Ask>
  );
}
