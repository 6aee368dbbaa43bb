import { Select, Textarea } from '@mantine/core';
import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { anew } from '../api';
import { type ChangeTicket, getTicket, type TicketView } from '../client';
import { changeTicketMutation, getTicketQueryKey } from '../client/@tanstack/react-query.gen';
import { choices } from '../words';
import { useUsers } from './colleagues';
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
  const users = useUsers(ticket.assigned_to);
  const [wish, setWish] = useState<ChangeTicket>({});
  const change = useMutation({ ...changeTicketMutation(), ...anew });
  const now = { ...(seen.data ?? ticket), ...wish };
  const was = seen.data ?? ticket;
  const isDone = ['resolved', 'closed'].includes(now.status ?? '') && now.status !== was.status;
  const turns = now.urgency !== was.urgency;
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
        data={users}
        value={now.assigned_to == null ? null : `${now.assigned_to}`}
        onChange={(user) => setWish({ ...wish, assigned_to: user ? Number(user) : undefined })}
        searchable
      />
      <Textarea
        label={isDone ? 'What was it, and what was done?' : turns ? 'Why is it more or less urgent?' : 'Why'}
        description="Kept as a note of the repair."
        required={isDone || turns}
        autosize
        maxLength={1900}
        value={wish.reason ?? ''}
        onChange={(event) => setWish({ ...wish, reason: event.currentTarget.value || undefined })}
      />
    </Ask>
  );
}
