import { Badge, Button, Group, Select, Stack, Table, Text, Title } from '@mantine/core';
import { useInfiniteQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { listPropertiesInfiniteOptions } from '../client/@tanstack/react-query.gen';
import { List } from '../parts/List';
import { itemsOf, More, paged } from '../parts/Pages';
import { SearchBox } from '../parts/SearchBox';
import { Empty, Waiting } from '../parts/States';
import { When } from '../parts/When';
import { choices, money, spelled } from '../words';

const route = getRouteApi('/staff/properties');

export function Properties() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const list = useInfiniteQuery({ ...listPropertiesInfiniteOptions({ query: search }), ...paged(search) });
  const homes = itemsOf(list);
  const filter = (change: Partial<typeof search>, replace = false) =>
    void navigate({ search: (now) => ({ ...now, ...change }), replace });
  return (
    <Stack>
      <Title order={1} size="h2">
        Properties
      </Title>
      <Group align="flex-end">
        <SearchBox label="Street, reference or area" words={search.q} change={(q) => filter({ q }, true)} />
        <Select
          label="State"
          data={choices(['available', 'under_offer', 'let_agreed', 'let', 'sold', 'withdrawn'])}
          value={search.status ?? null}
          onChange={(status) => filter({ status: status ?? undefined })}
          clearable
          clearButtonProps={{ 'aria-label': 'Any state' }}
          w={180}
        />
      </Group>
      <Waiting query={list} />
      {homes?.length === 0 &&
        (search.q || search.status ? (
          <Empty title="No homes match">
            <Button variant="default" onClick={() => void navigate({ search: {} })}>
              Clear the filters
            </Button>
          </Empty>
        ) : (
          <Empty title="No homes yet">
            <code>receptionist import properties FILE</code> brings them in.
          </Empty>
        ))}
      {homes && homes.length > 0 && (
        <List columns={['Home', 'Kind', 'Price', 'State', 'Next viewing', 'Talked of by', 'With']}>
          {homes.map((home) => (
            <Table.Tr key={home.id}>
              <Table.Td data-label="Home">
                <Link to="/properties/$id" params={{ id: `${home.id}` }} className="record">
                  {home.address}
                </Link>
                <Text size="sm" c="dimmed">
                  {home.reference}, {home.postcode}
                </Text>
              </Table.Td>
              <Table.Td data-label="Kind">
                {home.bedrooms ?? '—'} bed {home.property_type}, EPC {home.epc_rating ?? 'unknown'}
              </Table.Td>
              <Table.Td data-label="Price">
                {home.price == null ? '—' : money(home.price)}
                {home.listing === 'rent' ? ` a ${home.rent_period ?? 'month'}` : ''}
              </Table.Td>
              <Table.Td data-label="State">
                <Badge variant="outline" color="gray" c="var(--mantine-color-text)" tt="none">
                  {spelled(home.status)}
                </Badge>
              </Table.Td>
              <Table.Td data-label="Next viewing">
                {home.next_viewing ? <When at={home.next_viewing} /> : '—'}
              </Table.Td>
              <Table.Td data-label="Talked of by">{home.leads}</Table.Td>
              <Table.Td data-label="With">{home.agent_name ?? '—'}</Table.Td>
            </Table.Tr>
          ))}
        </List>
      )}
      <More list={list} />
    </Stack>
  );
}
