import { Badge, Button, Group, SegmentedControl, Stack, Table, Text, Title } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { listTicketsOptions } from '../client/@tanstack/react-query.gen';
import { Empty, Failed, Loading } from '../parts/States';
import { When } from '../parts/When';
import { spelled } from '../words';

const route = getRouteApi('/staff/maintenance');
const COLOURS: Record<string, string> = { emergency: 'red', urgent: 'orange', normal: 'gray' };

export function Maintenance() {
  const { urgency } = route.useSearch();
  const navigate = route.useNavigate();
  const tickets = useQuery(listTicketsOptions({ query: { urgency } }));
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
      {tickets.isPending && <Loading />}
      {tickets.error && <Failed error={tickets.error} again={() => tickets.refetch()} />}
      {tickets.data?.length === 0 &&
        (urgency ? (
          <Empty title="No repairs match">
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              Show all
            </Button>
          </Empty>
        ) : (
          <Empty title="Nothing is broken">What tenants report shows here, the urgent first.</Empty>
        ))}
      {tickets.data && tickets.data.length > 0 && (
        <Table className="list">
          <Table.Thead>
            <Table.Tr>
              {['Reference', 'What', 'Where', 'How urgent', 'With', 'Reported'].map((column) => (
                <Table.Th key={column}>{column}</Table.Th>
              ))}
            </Table.Tr>
          </Table.Thead>
          <Table.Tbody>
            {tickets.data.map((ticket) => (
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
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      )}
    </Stack>
  );
}
