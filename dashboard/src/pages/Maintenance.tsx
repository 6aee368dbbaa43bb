import { Badge, Button, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { listTicketsInfiniteOptions, whoAmIOptions } from '../client/@tanstack/react-query.gen';
import { EditTicket } from '../parts/EditTicket';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { Phone } from '../parts/Phone';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

const route = getRouteApi('/staff/maintenance');
const COLOURS: Record<string, string> = { emergency: 'red', urgent: 'orange', normal: 'gray' };

export function Maintenance() {
  const { urgency, status } = route.useSearch();
  const navigate = route.useNavigate();
  const { data: me } = useQuery(whoAmIOptions());
  const works = me?.permissions.includes('work') ?? false;
  const query = { urgency, is_open: status !== 'done' };
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
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, urgency: value === 'all' ? undefined : value }) })
          }
        />
        <SegmentedControl
          aria-label="Which repairs"
          data={[
            { value: 'open', label: 'To be done' },
            { value: 'done', label: 'Done' },
          ]}
          value={status ?? 'open'}
          onChange={(value) =>
            void navigate({ search: (now) => ({ ...now, status: value === 'done' ? 'done' : undefined }) })
          }
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
        ) : status ? (
          <Empty title="Nothing has been done yet" />
        ) : (
          <Empty title="Nothing is broken">What tenants report shows here, the urgent first.</Empty>
        ))}
      {tickets && tickets.length > 0 && (
        <List columns={['Reference', 'What', 'Where', 'How urgent', 'With', 'Reported', '']}>
          {tickets.map((ticket) => (
            <Table.Tr key={ticket.id}>
              <Table.Td data-label="Reference">
                <Link to="/maintenance/$id" params={{ id: `${ticket.id}` }} className="record">
                  {ticket.reference}
                </Link>
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
                  {ticket.tenant_name} {ticket.tenant_phone && <Phone number={ticket.tenant_phone} />}
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
              <Table.Td>{works && <EditTicket ticket={ticket} shortcut="e" />}</Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
      <More list={list} />
    </Stack>
  );
}
