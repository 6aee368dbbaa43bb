import { Badge, Button, Group, SegmentedControl, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { anew } from '../api';
import { getTicket, type TicketView } from '../client';
import {
  changeTicketMutation,
  getTicketQueryKey,
  listColleaguesOptions,
  listTicketsInfiniteOptions,
  whoAmIOptions,
} from '../client/@tanstack/react-query.gen';
import { Ask } from '../parts/Ask';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { choices, spelled } from '../words';

const route = getRouteApi('/staff/maintenance');
const COLOURS: Record<string, string> = { emergency: 'red', urgent: 'orange', normal: 'gray' };

export function Maintenance() {
  const { urgency } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const works = me?.permissions.includes('work') ?? false;
  const query = { urgency };
  const list = useInfiniteQuery({ ...listTicketsInfiniteOptions({ query }), ...paged(query) });
  const tickets = itemsOf(list);
  return (
    <Stack>
      <Title order={1} size="h2">
        Maintenance
      </Title>
      <Group>
        <SegmentedControl
          aria-label="How urgent"
          data={[
            { value: 'all', label: 'All' },
            { value: 'emergency', label: 'Emergency' },
            { value: 'urgent', label: 'Urgent' },
            { value: 'normal', label: 'Normal' },
          ]}
          value={urgency ?? 'all'}
          onChange={(value) => void navigate({ search: { urgency: value === 'all' ? undefined : value } })}
        />
      </Group>
      <Waiting query={list} />
      {tickets?.length === 0 &&
        (urgency ? (
          <Empty title="No repairs match">
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              Show all
            </Button>
          </Empty>
        ) : (
          <Empty title="Nothing is broken">What tenants report shows here, the urgent first.</Empty>
        ))}
      {tickets && tickets.length > 0 && (
        <List columns={['Reference', 'What', 'Where', 'How urgent', 'With', 'Reported', '']}>
          {tickets.map((ticket) => (
            <Table.Tr key={ticket.id}>
              <Table.Td data-label="Reference">
                {ticket.call ? (
                  <Link to="/calls/$id" params={{ id: ticket.call }} className="record">
                    {ticket.reference}
                  </Link>
                ) : (
                  ticket.reference
                )}
              </Table.Td>
              <Table.Td data-label="What">
                {spelled(ticket.category)}
                <Text size="sm" c="dimmed" lineClamp={3}>
                  {ticket.description}
                </Text>
              </Table.Td>
              <Table.Td data-label="Where">
                {ticket.address ?? '—'}
                <Text size="sm" c="dimmed">
                  {ticket.tenant_name}
                </Text>
              </Table.Td>
              <Table.Td data-label="How urgent">
                <Badge
                  variant="outline"
                  color={COLOURS[ticket.urgency] ?? 'gray'}
                  c="var(--mantine-color-text)"
                >
                  {ticket.urgency}
                </Badge>{' '}
                {spelled(ticket.status)}
              </Table.Td>
              <Table.Td data-label="With">{ticket.manager_name ?? 'nobody yet'}</Table.Td>
              <Table.Td data-label="Reported">
                <When at={ticket.created} />
              </Table.Td>
              <Table.Td>{works && <Edit ticket={ticket} />}</Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
      <More list={list} />
    </Stack>
  );
}

/** What is changed is what was seen: the mark is of the repair as it stands when the form opens. */
function Edit({ ticket }: { ticket: TicketView }) {
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
    <Ask label="Edit" about={ticket.reference} does="Save" change={opened} submit={submit}>
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
