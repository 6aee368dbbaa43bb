import { Badge, Button, Group, Select, Stack, Table, Text, TextInput, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { type LeadView, listLeads } from '../client';
import { listLeadsInfiniteOptions } from '../client/@tanstack/react-query.gen';
import { Export } from '../parts/Export';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { SearchBox } from '../parts/SearchBox';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { choices, money, spelled } from '../words';

const route = getRouteApi('/staff/leads');
const COLUMNS = [
  'id',
  'name',
  'phone',
  'email',
  'looking_for',
  'bedrooms_min',
  'bedrooms_max',
  'budget_min',
  'budget_max',
  'areas',
  'status',
  'temperature',
  'score',
  'source',
  'assigned_name',
  'total_calls',
  'last_call',
];
export const STATUSES = [
  'new',
  'contacted',
  'qualified',
  'viewing_booked',
  'offer_made',
  'converted',
  'lost',
];

export function Leads() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const [q, look] = useState<string>();
  const query = { ...search, q };
  const leads = useInfiniteQuery({ ...listLeadsInfiniteOptions({ query }), ...paged(query) });
  const rows = itemsOf(leads) ?? [];
  const filtered = Object.values(query).some((value) => value !== undefined);
  const filter = (change: Partial<typeof search>) =>
    void navigate({ search: (now) => ({ ...now, ...change }) });
  return (
    <Stack>
      <Title order={1} size="h2">
        Leads
      </Title>
      <Group align="flex-end">
        <SearchBox label="Name, number or email" words={q} change={look} />
        <Select
          label="Stage"
          data={choices(STATUSES)}
          value={search.status ?? null}
          onChange={(status) => filter({ status: status ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any stage' }}
          w={180}
        />
        <Select
          label="How warm"
          data={choices(['hot', 'warm', 'cold'])}
          value={search.temperature ?? null}
          onChange={(temperature) => filter({ temperature: temperature ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any' }}
          w={140}
        />
        <TextInput
          type="date"
          label="New from"
          value={search.from ?? ''}
          onChange={(event) => filter({ from: event.currentTarget.value || undefined })}
        />
        <TextInput
          type="date"
          label="New until"
          value={search.to ?? ''}
          onChange={(event) => filter({ to: event.currentTarget.value || undefined })}
        />
        <Export
          name="leads"
          columns={COLUMNS}
          read={async (after) =>
            (await listLeads({ query: { ...query, after, limit: 100 }, throwOnError: true })).data
          }
        />
      </Group>
      <Waiting query={leads} />
      {leads.data &&
        rows.length === 0 &&
        (filtered ? (
          <Empty title="No leads match">
            <Button variant="default" onClick={() => (look(undefined), void navigate({ search: {} }))}>
              Clear the filters
            </Button>
          </Empty>
        ) : (
          <Empty title="No leads yet">Everybody who rings or writes becomes one.</Empty>
        ))}
      {rows.length > 0 && (
        <List columns={['Who', 'Looks for', 'Stage', 'Score', 'Last in touch']}>
          {rows.map((lead) => (
            <Table.Tr key={lead.id}>
              <Table.Td data-label="Who">
                <Link to="/leads/$id" params={{ id: `${lead.id}` }} className="record">
                  {lead.name ?? lead.phone ?? 'Number withheld'}
                </Link>
              </Table.Td>
              <Table.Td data-label="Looks for">{wish(lead)}</Table.Td>
              <Table.Td data-label="Stage">
                {spelled(lead.status)}{' '}
                <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
                  {lead.temperature}
                </Badge>
              </Table.Td>
              <Table.Td data-label="Score">
                {lead.score}
                <Text size="sm" c="dimmed">
                  {lead.score_reasons.join(', ')}
                </Text>
              </Table.Td>
              <Table.Td data-label="Last in touch">
                <When at={lead.updated} />
              </Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
      <More list={leads} />
    </Stack>
  );
}

/** "to rent, 2 bedrooms, up to £2,800, Maida Vale". */
export function wish(lead: LeadView): string {
  const rooms = lead.bedrooms_min ?? lead.bedrooms_max;
  const parts = [
    lead.looking_for ? `to ${lead.looking_for}` : undefined,
    rooms == null ? undefined : rooms === 0 ? 'a studio' : `${rooms} ${rooms === 1 ? 'bedroom' : 'bedrooms'}`,
    lead.property_type ?? undefined,
    lead.budget_max == null ? undefined : `up to ${money(lead.budget_max)}`,
    lead.areas.join(', ') || undefined,
  ];
  return parts.filter((part) => part !== undefined).join(', ') || '—';
}
